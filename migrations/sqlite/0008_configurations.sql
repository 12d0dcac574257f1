-- What devices should be that a condition keeps.
CREATE TABLE configuration (
    number         INTEGER PRIMARY KEY, -- of the event that made it
    name           TEXT    NOT NULL UNIQUE,
    schema_version TEXT    NOT NULL,
    labels         TEXT    NOT NULL,
    content        TEXT    NOT NULL,
    target         TEXT    NOT NULL,
    priority       INTEGER NOT NULL,
    metrics        TEXT    NOT NULL,
    created_at     INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL,
    evaluated_at   INTEGER, -- when all devices were last looked at
    etag           INTEGER NOT NULL
) STRICT;

-- Which devices it covers. Rows of a configuration that was deleted go as its devices are looked at again.
CREATE TABLE configuration_device (
    device_key INTEGER NOT NULL REFERENCES device (device_key) ON DELETE CASCADE,
    number     INTEGER NOT NULL,
    status     TEXT    NOT NULL,
    problem    TEXT, -- why it could not be written
    contested  TEXT, -- whose change it last put back
    at         INTEGER NOT NULL,
    PRIMARY KEY (device_key, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX configuration_device_by_number ON configuration_device (number, device_key);

CREATE TABLE configuration_module (
    device_key INTEGER NOT NULL,
    module_id  TEXT    NOT NULL,
    number     INTEGER NOT NULL,
    status     TEXT    NOT NULL,
    problem    TEXT,
    contested  TEXT,
    at         INTEGER NOT NULL,
    PRIMARY KEY (device_key, module_id, number),
    FOREIGN KEY (device_key, module_id) REFERENCES module (device_key, module_id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
