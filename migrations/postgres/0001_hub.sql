-- The one writer: who it is, and where its sequences stand.
CREATE TABLE writer (
    id           BIGINT PRIMARY KEY CHECK (id = 1),
    holder       TEXT    NOT NULL,
    lease_until  BIGINT  NOT NULL, -- the writer renews it; milliseconds since 1970
    batch        BIGINT  NOT NULL,
    last_event   BIGINT  NOT NULL,
    last_message BIGINT  NOT NULL,
    last_device  BIGINT  NOT NULL,
    audit_count  BIGINT  NOT NULL,
    audit_hash   BYTEA   NOT NULL
);
INSERT INTO writer VALUES (1, '', 0, 0, 0, 0, 0, 0, '\x0000000000000000000000000000000000000000000000000000000000000000');

-- The data key that seals other keys, itself sealed with the master key.
CREATE TABLE keyring (
    id     BIGINT PRIMARY KEY CHECK (id = 1),
    sealed BYTEA   NOT NULL
);

CREATE TABLE device (
    device_key     BIGINT PRIMARY KEY,
    device_id      TEXT    NOT NULL UNIQUE,
    generation     TEXT    NOT NULL,
    etag           BIGINT  NOT NULL,
    status         TEXT    NOT NULL,
    status_reason  TEXT,
    status_at      BIGINT,
    auth           TEXT    NOT NULL,
    auth_primary   BYTEA, -- a sealed key, or a thumbprint
    auth_secondary BYTEA,
    stage          TEXT    NOT NULL,
    stage_at       BIGINT  NOT NULL,
    model_id       TEXT    NOT NULL,
    created_at     BIGINT  NOT NULL
);

-- Apart from the twin, so that telemetry and presence rewrite a narrow row.
CREATE TABLE presence (
    device_key  BIGINT PRIMARY KEY REFERENCES device (device_key) ON DELETE CASCADE,
    connected   BIGINT  NOT NULL,
    activity_at BIGINT
);

CREATE TABLE twin (
    device_key       BIGINT PRIMARY KEY REFERENCES device (device_key) ON DELETE CASCADE,
    tags             TEXT    NOT NULL,
    desired          TEXT    NOT NULL,
    desired_meta     TEXT    NOT NULL,
    desired_version  BIGINT  NOT NULL,
    reported         TEXT    NOT NULL,
    reported_meta    TEXT    NOT NULL,
    reported_version BIGINT  NOT NULL,
    reported_at      BIGINT,
    version          BIGINT  NOT NULL,
    etag             BIGINT  NOT NULL,
    drift            BIGINT  NOT NULL
);

-- What happened. Names a device by its id: events outlive devices.
CREATE TABLE event (
    seq        BIGINT PRIMARY KEY,
    at         BIGINT  NOT NULL,
    device_id  TEXT,
    actor      TEXT    NOT NULL,
    actor_id   BIGINT,
    actor_name TEXT,
    kind       TEXT    NOT NULL,
    detail     TEXT    NOT NULL,
    notable    BIGINT  NOT NULL, -- 0: what devices do all day
    hash       BYTEA -- of audited events: SHA-256 over the one before and this
);
CREATE INDEX event_by_device ON event (device_id, seq);
CREATE INDEX event_by_person ON event (actor_id, seq) WHERE actor_id IS NOT NULL;
CREATE INDEX event_notable ON event (seq) WHERE notable = 1;
CREATE INDEX event_audited ON event (seq) WHERE hash IS NOT NULL;

-- Raw telemetry.
CREATE TABLE message (
    seq        BIGINT PRIMARY KEY,
    device_key BIGINT  NOT NULL REFERENCES device (device_key) ON DELETE CASCADE,
    at         BIGINT  NOT NULL,
    properties TEXT    NOT NULL,
    body       BYTEA   NOT NULL
);
CREATE INDEX message_by_device ON message (device_key, at, seq);

CREATE TABLE mqtt_session (
    device_key BIGINT PRIMARY KEY REFERENCES device (device_key) ON DELETE CASCADE
);

CREATE TABLE mqtt_subscription (
    device_key BIGINT  NOT NULL REFERENCES mqtt_session (device_key) ON DELETE CASCADE,
    filter     TEXT    NOT NULL,
    qos        BIGINT  NOT NULL,
    PRIMARY KEY (device_key, filter)
);

CREATE TABLE person (
    person_id            BIGINT PRIMARY KEY,
    name                 TEXT    NOT NULL UNIQUE,
    display_name         TEXT    NOT NULL,
    password_hash        TEXT    NOT NULL,
    active               BIGINT  NOT NULL,
    must_change_password BIGINT  NOT NULL,
    created_at           BIGINT  NOT NULL,
    last_sign_in_at      BIGINT
);

CREATE TABLE person_role (
    person_id BIGINT  NOT NULL REFERENCES person (person_id) ON DELETE CASCADE,
    position  BIGINT  NOT NULL,
    role      TEXT    NOT NULL,
    scope     TEXT    NOT NULL,
    PRIMARY KEY (person_id, position)
);

CREATE TABLE web_session (
    session_id TEXT    PRIMARY KEY,
    person_id  BIGINT REFERENCES person (person_id) ON DELETE CASCADE,
    data       BYTEA   NOT NULL,
    expires_at BIGINT  NOT NULL
);
CREATE INDEX web_session_by_person ON web_session (person_id);
CREATE INDEX web_session_by_end ON web_session (expires_at);

-- Keys are sealed.
CREATE TABLE access_policy (
    name          TEXT PRIMARY KEY,
    primary_key   BYTEA NOT NULL,
    secondary_key BYTEA NOT NULL
);

CREATE TABLE setting (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
);

-- How parts of the fleet kept in touch, minute by minute.
CREATE TABLE presence_sample (
    scope      TEXT    NOT NULL,
    at         BIGINT  NOT NULL,
    connected  BIGINT  NOT NULL,
    reporting  BIGINT  NOT NULL,
    asleep     BIGINT  NOT NULL,
    overdue    BIGINT  NOT NULL,
    silent     BIGINT  NOT NULL,
    never_seen BIGINT  NOT NULL,
    PRIMARY KEY (scope, at)
);
CREATE INDEX presence_sample_by_time ON presence_sample (at);
