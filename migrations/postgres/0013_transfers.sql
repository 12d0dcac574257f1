-- Exports and imports of the registry as files; one at a time.
CREATE TABLE transfer (
    transfer_seq BIGINT  PRIMARY KEY, -- of the event that began it
    transfer_id  TEXT    NOT NULL UNIQUE,
    plan         TEXT    NOT NULL,
    actor        TEXT    NOT NULL,
    state        TEXT    NOT NULL,
    progress     TEXT    NOT NULL,
    failure      TEXT,
    created_at   BIGINT  NOT NULL,
    ended_at     BIGINT 
);
CREATE UNIQUE INDEX transfer_running ON transfer (state) WHERE state = 'running';
