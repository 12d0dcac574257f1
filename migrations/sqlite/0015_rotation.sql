-- Which of its own keys a device last signed in with: the first eight bytes of the key's SHA-256, and when.
ALTER TABLE presence ADD COLUMN key_mark INTEGER;
ALTER TABLE presence ADD COLUMN key_at INTEGER;

-- Keys that are not those a device was made with, and how far their rotation is.
CREATE TABLE device_keys (
    device_key   INTEGER PRIMARY KEY REFERENCES device (device_key) ON DELETE CASCADE,
    primary_at   INTEGER NOT NULL,
    secondary_at INTEGER NOT NULL,
    operation_id INTEGER, -- of the rotation under way, or of the last one
    attempt      INTEGER,
    minted_mark  INTEGER, -- of its new key
    minted_at    INTEGER,
    handed_at    INTEGER,
    confirmed_at INTEGER,
    promoted_at  INTEGER
) STRICT;
