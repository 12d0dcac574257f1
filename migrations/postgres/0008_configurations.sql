-- What devices should be that a condition keeps.
CREATE TABLE configuration (
    number         BIGINT PRIMARY KEY, -- of the event that made it
    name           TEXT    NOT NULL UNIQUE,
    schema_version TEXT    NOT NULL,
    labels         TEXT    NOT NULL,
    content        TEXT    NOT NULL,
    target         TEXT    NOT NULL,
    priority       BIGINT NOT NULL,
    metrics        TEXT    NOT NULL,
    created_at     BIGINT NOT NULL,
    updated_at     BIGINT NOT NULL,
    evaluated_at   BIGINT, -- when all devices were last looked at
    etag           BIGINT NOT NULL
);

-- Which devices it covers. Rows of a configuration that was deleted go as its devices are looked at again.
CREATE TABLE configuration_device (
    device_key BIGINT NOT NULL REFERENCES device (device_key) ON DELETE CASCADE,
    number     BIGINT NOT NULL,
    status     TEXT    NOT NULL,
    problem    TEXT, -- why it could not be written
    contested  TEXT, -- whose change it last put back
    at         BIGINT NOT NULL,
    PRIMARY KEY (device_key, number)
);
CREATE INDEX configuration_device_by_number ON configuration_device (number, device_key);

CREATE TABLE configuration_module (
    device_key BIGINT NOT NULL,
    module_id  TEXT    NOT NULL,
    number     BIGINT NOT NULL,
    status     TEXT    NOT NULL,
    problem    TEXT,
    contested  TEXT,
    at         BIGINT NOT NULL,
    PRIMARY KEY (device_key, module_id, number),
    FOREIGN KEY (device_key, module_id) REFERENCES module (device_key, module_id) ON DELETE CASCADE
);
