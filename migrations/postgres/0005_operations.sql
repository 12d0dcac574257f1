-- Bulk operations (product §4). A target that was not begun has state 0 in every wave and to the end: whether it is
-- later, waiting or called off is told by its wave and operation, so that opening a wave or stopping changes few rows.
CREATE TABLE operation (
    operation_id BIGINT PRIMARY KEY,
    job_id       TEXT    UNIQUE, -- given by tools of IoT Hub
    title        TEXT    NOT NULL,
    kind         TEXT    NOT NULL,
    plan         TEXT    NOT NULL,
    state        TEXT    NOT NULL,
    open         BIGINT NOT NULL, -- 1: something may still happen by itself
    reason       TEXT,
    created_by   TEXT    NOT NULL, -- an actor as JSON
    person_id    BIGINT, -- of the actor, when it is one
    created_at   BIGINT NOT NULL,
    started_at   BIGINT,
    ended_at     BIGINT,
    wave         BIGINT, -- the newest that opened
    approval_id  BIGINT,
    back_of      BIGINT, -- the operation that this one takes back
    allotment    TEXT, -- where waves end, as JSON; absent until targets are being written down
    frozen_upto  TEXT, -- how far they are
    frozen       BIGINT NOT NULL -- 1: all are
);
CREATE INDEX operation_open ON operation (operation_id) WHERE open = 1;
CREATE INDEX operation_by_person ON operation (person_id, operation_id) WHERE person_id IS NOT NULL;

-- The numbers change in the transactions that change targets.
CREATE TABLE operation_wave (
    operation_id BIGINT NOT NULL REFERENCES operation (operation_id) ON DELETE CASCADE,
    wave         BIGINT NOT NULL,
    state        TEXT    NOT NULL,
    opened_at    BIGINT,
    soak_until   BIGINT,
    pending      BIGINT NOT NULL,
    running      BIGINT NOT NULL,
    succeeded    BIGINT NOT NULL,
    failed       BIGINT NOT NULL,
    skipped      BIGINT NOT NULL,
    PRIMARY KEY (operation_id, wave)
);

-- Names a device by key and id: results outlive devices.
CREATE TABLE operation_target (
    operation_id BIGINT NOT NULL REFERENCES operation (operation_id) ON DELETE CASCADE,
    wave         BIGINT NOT NULL,
    device_key   BIGINT NOT NULL,
    device_id    TEXT    NOT NULL,
    state        BIGINT NOT NULL, -- 0 not begun, 1 running, 2 succeeded, 3 failed, 4 skipped
    attempt      BIGINT NOT NULL,
    reason       BIGINT, -- why it waits, or how it ended; absent while nobody has looked at it
    due_at       BIGINT, -- when to look again; of a running one, when its time is over
    began_at     BIGINT,
    ended_at     BIGINT,
    status       BIGINT, -- of a method
    PRIMARY KEY (operation_id, wave, device_key)
);
CREATE INDEX operation_target_due ON operation_target (operation_id, state, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX operation_target_failed ON operation_target (operation_id, wave, device_key) WHERE state = 3;

-- What targets have in common, written once: why they wait, or how they ended.
CREATE TABLE operation_reason (
    operation_id BIGINT NOT NULL REFERENCES operation (operation_id) ON DELETE CASCADE,
    reason       BIGINT NOT NULL,
    cause        TEXT    NOT NULL,
    gate         BIGINT,
    held_by      BIGINT,
    text         TEXT    NOT NULL,
    retryable    BIGINT NOT NULL,
    devices      BIGINT NOT NULL, -- that have it now
    look_at      BIGINT, -- about the earliest time one of them is looked at again
    PRIMARY KEY (operation_id, reason)
);

-- What is seldom read, apart from the rows that are.
CREATE TABLE operation_result (
    operation_id BIGINT NOT NULL REFERENCES operation (operation_id) ON DELETE CASCADE,
    device_key   BIGINT NOT NULL,
    undo         TEXT, -- the patches that take it back, as JSON
    result       TEXT, -- what the device answered, as JSON
    PRIMARY KEY (operation_id, device_key)
);

-- Devices that a person let past a gate; key 0 for all of the operation.
CREATE TABLE operation_pass (
    operation_id BIGINT NOT NULL REFERENCES operation (operation_id) ON DELETE CASCADE,
    gate         BIGINT NOT NULL,
    device_key   BIGINT NOT NULL,
    PRIMARY KEY (operation_id, gate, device_key)
);

CREATE TABLE operation_draft (
    draft_id   BIGINT PRIMARY KEY,
    owner_id   BIGINT NOT NULL REFERENCES person (person_id) ON DELETE CASCADE,
    body       TEXT    NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE INDEX operation_draft_by_owner ON operation_draft (owner_id, draft_id);
