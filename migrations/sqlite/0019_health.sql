-- How parts of the fleet were, every five minutes; of hours that are long over only the worst moment stays.
CREATE TABLE fleet_sample (
    scope      TEXT    NOT NULL,
    at         INTEGER NOT NULL,
    connected  INTEGER NOT NULL,
    drift      INTEGER NOT NULL,
    reporting  INTEGER NOT NULL,
    asleep     INTEGER NOT NULL,
    overdue    INTEGER NOT NULL,
    silent     INTEGER NOT NULL,
    never_seen INTEGER NOT NULL,
    firmware   TEXT    NOT NULL, -- [[version, devices], …], most first
    PRIMARY KEY (scope, at)
) STRICT, WITHOUT ROWID;
CREATE INDEX fleet_sample_by_time ON fleet_sample (at);

-- What one shift tells the next that looks after the same devices.
CREATE TABLE handover_note (
    note_id INTEGER PRIMARY KEY, -- the event that says so
    scope   TEXT    NOT NULL,
    at      INTEGER NOT NULL,
    author  TEXT    NOT NULL,
    text    TEXT    NOT NULL
) STRICT;
CREATE INDEX handover_note_of_scope ON handover_note (scope, note_id);
