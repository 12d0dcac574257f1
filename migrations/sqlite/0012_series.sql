-- Telemetry as series of numbers. The messages are the log; what is here follows from them.
CREATE TABLE series (
    series_id  INTEGER PRIMARY KEY,
    device_key INTEGER NOT NULL REFERENCES device (device_key) ON DELETE CASCADE,
    name       TEXT    NOT NULL,
    taken      INTEGER NOT NULL, -- the last message whose points are stored
    open_at    INTEGER, -- the chunk that still grows; the sums of all others are stored
    open_part  INTEGER,
    UNIQUE (device_key, name)
) STRICT;

-- Packed points (level 0), and packed sums per minute, hour and day (levels 1, 2, 3).
CREATE TABLE series_page (
    series_id INTEGER NOT NULL REFERENCES series (series_id) ON DELETE CASCADE,
    level     INTEGER NOT NULL,
    at        INTEGER NOT NULL, -- of the first point
    part      INTEGER NOT NULL, -- tells chunks apart that begin at the same moment
    until     INTEGER NOT NULL, -- of the last point
    data      BLOB    NOT NULL,
    PRIMARY KEY (series_id, level, at, part)
) STRICT;
CREATE INDEX series_page_by_end ON series_page (level, until);

-- Up to which message everything is taken.
CREATE TABLE series_taken (
    id          INTEGER PRIMARY KEY CHECK (id = 1),
    message_seq INTEGER NOT NULL
) STRICT;
INSERT INTO series_taken VALUES (1, 0);
