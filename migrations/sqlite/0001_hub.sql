-- The one writer: who it is, and where its sequences stand.
CREATE TABLE writer (
    id           INTEGER PRIMARY KEY CHECK (id = 1),
    holder       TEXT    NOT NULL,
    lease_until  INTEGER NOT NULL, -- PostgreSQL only; SQLite is guarded by a locked file
    batch        INTEGER NOT NULL,
    last_event   INTEGER NOT NULL,
    last_message INTEGER NOT NULL,
    last_device  INTEGER NOT NULL,
    audit_count  INTEGER NOT NULL,
    audit_hash   BLOB    NOT NULL
) STRICT;
INSERT INTO writer VALUES (1, '', 0, 0, 0, 0, 0, 0, zeroblob(32));

-- The data key that seals other keys, itself sealed with the master key.
CREATE TABLE keyring (
    id     INTEGER PRIMARY KEY CHECK (id = 1),
    sealed BLOB    NOT NULL
) STRICT;

CREATE TABLE device (
    device_key     INTEGER PRIMARY KEY,
    device_id      TEXT    NOT NULL UNIQUE,
    generation     TEXT    NOT NULL,
    etag           INTEGER NOT NULL,
    status         TEXT    NOT NULL,
    status_reason  TEXT,
    status_at      INTEGER,
    auth           TEXT    NOT NULL,
    auth_primary   BLOB, -- a sealed key, or a thumbprint
    auth_secondary BLOB,
    stage          TEXT    NOT NULL,
    stage_at       INTEGER NOT NULL,
    model_id       TEXT    NOT NULL,
    created_at     INTEGER NOT NULL
) STRICT;

-- Apart from the twin, so that telemetry and presence rewrite a narrow row.
CREATE TABLE presence (
    device_key  INTEGER PRIMARY KEY REFERENCES device (device_key) ON DELETE CASCADE,
    connected   INTEGER NOT NULL,
    activity_at INTEGER
) STRICT;

CREATE TABLE twin (
    device_key       INTEGER PRIMARY KEY REFERENCES device (device_key) ON DELETE CASCADE,
    tags             TEXT    NOT NULL,
    desired          TEXT    NOT NULL,
    desired_meta     TEXT    NOT NULL,
    desired_version  INTEGER NOT NULL,
    reported         TEXT    NOT NULL,
    reported_meta    TEXT    NOT NULL,
    reported_version INTEGER NOT NULL,
    reported_at      INTEGER,
    version          INTEGER NOT NULL,
    etag             INTEGER NOT NULL,
    drift            INTEGER NOT NULL
) STRICT;

-- What happened. Names a device by its id: events outlive devices.
CREATE TABLE event (
    seq        INTEGER PRIMARY KEY,
    at         INTEGER NOT NULL,
    device_id  TEXT,
    actor      TEXT    NOT NULL,
    actor_id   INTEGER,
    actor_name TEXT,
    kind       TEXT    NOT NULL,
    detail     TEXT    NOT NULL,
    notable    INTEGER NOT NULL, -- 0: what devices do all day
    hash       BLOB -- of audited events: SHA-256 over the one before and this
) STRICT;
CREATE INDEX event_by_device ON event (device_id, seq);
CREATE INDEX event_by_person ON event (actor_id, seq) WHERE actor_id IS NOT NULL;
CREATE INDEX event_notable ON event (seq) WHERE notable = 1;
CREATE INDEX event_audited ON event (seq) WHERE hash IS NOT NULL;

-- Raw telemetry.
CREATE TABLE message (
    seq        INTEGER PRIMARY KEY,
    device_key INTEGER NOT NULL REFERENCES device (device_key) ON DELETE CASCADE,
    at         INTEGER NOT NULL,
    properties TEXT    NOT NULL,
    body       BLOB    NOT NULL
) STRICT;
CREATE INDEX message_by_device ON message (device_key, at, seq);

CREATE TABLE mqtt_session (
    device_key INTEGER PRIMARY KEY REFERENCES device (device_key) ON DELETE CASCADE
) STRICT;

CREATE TABLE mqtt_subscription (
    device_key INTEGER NOT NULL REFERENCES mqtt_session (device_key) ON DELETE CASCADE,
    filter     TEXT    NOT NULL,
    qos        INTEGER NOT NULL,
    PRIMARY KEY (device_key, filter)
) STRICT, WITHOUT ROWID;

CREATE TABLE person (
    person_id            INTEGER PRIMARY KEY,
    name                 TEXT    NOT NULL UNIQUE,
    display_name         TEXT    NOT NULL,
    password_hash        TEXT    NOT NULL,
    active               INTEGER NOT NULL,
    must_change_password INTEGER NOT NULL,
    created_at           INTEGER NOT NULL,
    last_sign_in_at      INTEGER
) STRICT;

CREATE TABLE person_role (
    person_id INTEGER NOT NULL REFERENCES person (person_id) ON DELETE CASCADE,
    position  INTEGER NOT NULL,
    role      TEXT    NOT NULL,
    scope     TEXT    NOT NULL,
    PRIMARY KEY (person_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE web_session (
    session_id TEXT    PRIMARY KEY,
    person_id  INTEGER REFERENCES person (person_id) ON DELETE CASCADE,
    data       BLOB    NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX web_session_by_person ON web_session (person_id);
CREATE INDEX web_session_by_end ON web_session (expires_at);

-- Keys are sealed.
CREATE TABLE access_policy (
    name          TEXT PRIMARY KEY,
    primary_key   BLOB NOT NULL,
    secondary_key BLOB NOT NULL
) STRICT;

CREATE TABLE setting (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;

-- How parts of the fleet kept in touch, minute by minute.
CREATE TABLE presence_sample (
    scope      TEXT    NOT NULL,
    at         INTEGER NOT NULL,
    connected  INTEGER NOT NULL,
    reporting  INTEGER NOT NULL,
    asleep     INTEGER NOT NULL,
    overdue    INTEGER NOT NULL,
    silent     INTEGER NOT NULL,
    never_seen INTEGER NOT NULL,
    PRIMARY KEY (scope, at)
) STRICT, WITHOUT ROWID;
CREATE INDEX presence_sample_by_time ON presence_sample (at);
