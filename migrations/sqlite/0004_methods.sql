-- Parts of devices with an identity, a twin and a connection of their own.
CREATE TABLE module (
    device_key       INTEGER NOT NULL REFERENCES device (device_key) ON DELETE CASCADE,
    module_id        TEXT    NOT NULL,
    generation       TEXT    NOT NULL,
    etag             INTEGER NOT NULL,
    auth             TEXT    NOT NULL,
    auth_primary     BLOB, -- a sealed key, or a thumbprint
    auth_secondary   BLOB,
    managed_by       TEXT,
    model_id         TEXT    NOT NULL,
    created_at       INTEGER NOT NULL,
    activity_at      INTEGER,
    has_session      INTEGER NOT NULL, -- 1: its MQTT session is remembered
    tags             TEXT    NOT NULL,
    desired          TEXT    NOT NULL,
    desired_meta     TEXT    NOT NULL,
    desired_version  INTEGER NOT NULL,
    reported         TEXT    NOT NULL,
    reported_meta    TEXT    NOT NULL,
    reported_version INTEGER NOT NULL,
    version          INTEGER NOT NULL,
    twin_etag        INTEGER NOT NULL,
    PRIMARY KEY (device_key, module_id)
) STRICT;

CREATE TABLE module_subscription (
    device_key INTEGER NOT NULL,
    module_id  TEXT    NOT NULL,
    filter     TEXT    NOT NULL,
    qos        INTEGER NOT NULL,
    PRIMARY KEY (device_key, module_id, filter),
    FOREIGN KEY (device_key, module_id) REFERENCES module (device_key, module_id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- Calls of methods are few among what devices do all day.
CREATE INDEX event_method ON event (seq) WHERE kind = 'method_invoked';
CREATE INDEX event_method_by_device ON event (device_id, seq) WHERE kind = 'method_invoked';
