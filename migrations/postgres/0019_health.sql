-- How parts of the fleet were, every five minutes; of hours that are long over only the worst moment stays.
CREATE TABLE fleet_sample (
    scope      TEXT    NOT NULL,
    at         BIGINT  NOT NULL,
    connected  BIGINT  NOT NULL,
    drift      BIGINT  NOT NULL,
    reporting  BIGINT  NOT NULL,
    asleep     BIGINT  NOT NULL,
    overdue    BIGINT  NOT NULL,
    silent     BIGINT  NOT NULL,
    never_seen BIGINT  NOT NULL,
    firmware   TEXT    NOT NULL, -- [[version, devices], …], most first
    PRIMARY KEY (scope, at)
);
CREATE INDEX fleet_sample_by_time ON fleet_sample (at);

-- What one shift tells the next that looks after the same devices.
CREATE TABLE handover_note (
    note_id BIGINT  PRIMARY KEY, -- the event that says so
    scope   TEXT    NOT NULL,
    at      BIGINT  NOT NULL,
    author  TEXT    NOT NULL,
    text    TEXT    NOT NULL
);
CREATE INDEX handover_note_of_scope ON handover_note (scope, note_id);
