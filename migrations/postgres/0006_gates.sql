-- Windows, service calendars and places, by which devices are judged.
CREATE TABLE sheet (
    kind       TEXT    NOT NULL, -- window, calendar, place
    sheet_id   TEXT    NOT NULL, -- short name
    name       TEXT    NOT NULL,
    document   TEXT    NOT NULL, -- JSON
    etag       BIGINT  NOT NULL, -- number of the event that wrote it
    changed_at BIGINT  NOT NULL,
    PRIMARY KEY (kind, sheet_id),
    UNIQUE (kind, name)
);
