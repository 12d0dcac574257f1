-- Parts of devices with an identity, a twin and a connection of their own.
CREATE TABLE module (
    device_key       BIGINT NOT NULL REFERENCES device (device_key) ON DELETE CASCADE,
    module_id        TEXT    NOT NULL,
    generation       TEXT    NOT NULL,
    etag             BIGINT NOT NULL,
    auth             TEXT    NOT NULL,
    auth_primary     BYTEA, -- a sealed key, or a thumbprint
    auth_secondary   BYTEA,
    managed_by       TEXT,
    model_id         TEXT    NOT NULL,
    created_at       BIGINT NOT NULL,
    activity_at      BIGINT,
    has_session      BIGINT NOT NULL, -- 1: its MQTT session is remembered
    tags             TEXT    NOT NULL,
    desired          TEXT    NOT NULL,
    desired_meta     TEXT    NOT NULL,
    desired_version  BIGINT NOT NULL,
    reported         TEXT    NOT NULL,
    reported_meta    TEXT    NOT NULL,
    reported_version BIGINT NOT NULL,
    version          BIGINT NOT NULL,
    twin_etag        BIGINT NOT NULL,
    PRIMARY KEY (device_key, module_id)
);

CREATE TABLE module_subscription (
    device_key BIGINT NOT NULL,
    module_id  TEXT    NOT NULL,
    filter     TEXT    NOT NULL,
    qos        BIGINT NOT NULL,
    PRIMARY KEY (device_key, module_id, filter),
    FOREIGN KEY (device_key, module_id) REFERENCES module (device_key, module_id) ON DELETE CASCADE
);

-- Calls of methods are few among what devices do all day.
CREATE INDEX event_method ON event (seq) WHERE kind = 'method_invoked';
CREATE INDEX event_method_by_device ON event (device_id, seq) WHERE kind = 'method_invoked';
