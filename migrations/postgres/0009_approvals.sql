-- What waits for a second person, and what became of it.
CREATE TABLE approval (
    approval_id BIGINT PRIMARY KEY,
    pending     BIGINT  NOT NULL, -- 1 while it waits: the list begins with those
    kind        TEXT    NOT NULL,
    concerns    TEXT    NOT NULL, -- the one thing it is about
    subject     TEXT    NOT NULL, -- JSON: what happens when it is approved
    summary     TEXT    NOT NULL,
    reasons     TEXT    NOT NULL, -- JSON
    impact      TEXT, -- JSON: how many devices, and which
    asker_id    BIGINT, -- when a person asked
    asked_by    TEXT    NOT NULL, -- JSON: who, with the name of that time
    asked_at    BIGINT  NOT NULL,
    expires_at  BIGINT  NOT NULL,
    state       TEXT    NOT NULL,
    decided_by  TEXT,
    decided_at  BIGINT,
    comment     TEXT
);
CREATE UNIQUE INDEX approval_waiting ON approval (concerns) WHERE pending = 1;
CREATE INDEX approval_by_end ON approval (expires_at) WHERE pending = 1;
CREATE INDEX approval_in_order ON approval (pending, approval_id);
