-- Bulk operations (product §4). A target that was not begun has state 0 in every wave and to the end: whether it is
-- later, waiting or called off is told by its wave and operation, so that opening a wave or stopping changes few rows.
CREATE TABLE operation (
    operation_id INTEGER PRIMARY KEY,
    job_id       TEXT    UNIQUE, -- given by tools of IoT Hub
    title        TEXT    NOT NULL,
    kind         TEXT    NOT NULL,
    plan         TEXT    NOT NULL,
    state        TEXT    NOT NULL,
    open         INTEGER NOT NULL, -- 1: something may still happen by itself
    reason       TEXT,
    created_by   TEXT    NOT NULL, -- an actor as JSON
    person_id    INTEGER, -- of the actor, when it is one
    created_at   INTEGER NOT NULL,
    started_at   INTEGER,
    ended_at     INTEGER,
    wave         INTEGER, -- the newest that opened
    approval_id  INTEGER,
    back_of      INTEGER, -- the operation that this one takes back
    allotment    TEXT, -- where waves end, as JSON; absent until targets are being written down
    frozen_upto  TEXT, -- how far they are
    frozen       INTEGER NOT NULL -- 1: all are
) STRICT;
CREATE INDEX operation_open ON operation (operation_id) WHERE open = 1;
CREATE INDEX operation_by_person ON operation (person_id, operation_id) WHERE person_id IS NOT NULL;

-- The numbers change in the transactions that change targets.
CREATE TABLE operation_wave (
    operation_id INTEGER NOT NULL REFERENCES operation (operation_id) ON DELETE CASCADE,
    wave         INTEGER NOT NULL,
    state        TEXT    NOT NULL,
    opened_at    INTEGER,
    soak_until   INTEGER,
    pending      INTEGER NOT NULL,
    running      INTEGER NOT NULL,
    succeeded    INTEGER NOT NULL,
    failed       INTEGER NOT NULL,
    skipped      INTEGER NOT NULL,
    PRIMARY KEY (operation_id, wave)
) STRICT, WITHOUT ROWID;

-- Names a device by key and id: results outlive devices.
CREATE TABLE operation_target (
    operation_id INTEGER NOT NULL REFERENCES operation (operation_id) ON DELETE CASCADE,
    wave         INTEGER NOT NULL,
    device_key   INTEGER NOT NULL,
    device_id    TEXT    NOT NULL,
    state        INTEGER NOT NULL, -- 0 not begun, 1 running, 2 succeeded, 3 failed, 4 skipped
    attempt      INTEGER NOT NULL,
    reason       INTEGER, -- why it waits, or how it ended; absent while nobody has looked at it
    due_at       INTEGER, -- when to look again; of a running one, when its time is over
    began_at     INTEGER,
    ended_at     INTEGER,
    status       INTEGER, -- of a method
    PRIMARY KEY (operation_id, wave, device_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX operation_target_due ON operation_target (operation_id, state, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX operation_target_failed ON operation_target (operation_id, wave, device_key) WHERE state = 3;

-- What targets have in common, written once: why they wait, or how they ended.
CREATE TABLE operation_reason (
    operation_id INTEGER NOT NULL REFERENCES operation (operation_id) ON DELETE CASCADE,
    reason       INTEGER NOT NULL,
    cause        TEXT    NOT NULL,
    gate         INTEGER,
    held_by      INTEGER,
    text         TEXT    NOT NULL,
    retryable    INTEGER NOT NULL,
    devices      INTEGER NOT NULL, -- that have it now
    look_at      INTEGER, -- about the earliest time one of them is looked at again
    PRIMARY KEY (operation_id, reason)
) STRICT, WITHOUT ROWID;

-- What is seldom read, apart from the rows that are.
CREATE TABLE operation_result (
    operation_id INTEGER NOT NULL REFERENCES operation (operation_id) ON DELETE CASCADE,
    device_key   INTEGER NOT NULL,
    undo         TEXT, -- the patches that take it back, as JSON
    result       TEXT, -- what the device answered, as JSON
    PRIMARY KEY (operation_id, device_key)
) STRICT, WITHOUT ROWID;

-- Devices that a person let past a gate; key 0 for all of the operation.
CREATE TABLE operation_pass (
    operation_id INTEGER NOT NULL REFERENCES operation (operation_id) ON DELETE CASCADE,
    gate         INTEGER NOT NULL,
    device_key   INTEGER NOT NULL,
    PRIMARY KEY (operation_id, gate, device_key)
) STRICT, WITHOUT ROWID;

CREATE TABLE operation_draft (
    draft_id   INTEGER PRIMARY KEY,
    owner_id   INTEGER NOT NULL REFERENCES person (person_id) ON DELETE CASCADE,
    body       TEXT    NOT NULL,
    changed_at INTEGER NOT NULL
) STRICT;
CREATE INDEX operation_draft_by_owner ON operation_draft (owner_id, draft_id);
