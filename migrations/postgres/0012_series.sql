-- Telemetry as series of numbers. The messages are the log; what is here follows from them.
CREATE TABLE series (
    series_id  BIGINT PRIMARY KEY,
    device_key BIGINT NOT NULL REFERENCES device (device_key) ON DELETE CASCADE,
    name       TEXT    NOT NULL,
    taken      BIGINT NOT NULL, -- the last message whose points are stored
    open_at    BIGINT, -- the chunk that still grows; the sums of all others are stored
    open_part  BIGINT,
    UNIQUE (device_key, name)
);

-- Packed points (level 0), and packed sums per minute, hour and day (levels 1, 2, 3).
CREATE TABLE series_page (
    series_id BIGINT NOT NULL REFERENCES series (series_id) ON DELETE CASCADE,
    level     BIGINT NOT NULL,
    at        BIGINT NOT NULL, -- of the first point
    part      BIGINT NOT NULL, -- tells chunks apart that begin at the same moment
    until     BIGINT NOT NULL, -- of the last point
    data      BYTEA   NOT NULL,
    PRIMARY KEY (series_id, level, at, part)
);
CREATE INDEX series_page_by_end ON series_page (level, until);

-- Up to which message everything is taken.
CREATE TABLE series_taken (
    id          BIGINT PRIMARY KEY CHECK (id = 1),
    message_seq BIGINT NOT NULL
);
INSERT INTO series_taken VALUES (1, 0);
