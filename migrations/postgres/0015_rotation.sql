-- Which of its own keys a device last signed in with: the first eight bytes of the key's SHA-256, and when.
ALTER TABLE presence ADD COLUMN key_mark BIGINT;
ALTER TABLE presence ADD COLUMN key_at BIGINT;

-- Keys that are not those a device was made with, and how far their rotation is.
CREATE TABLE device_keys (
    device_key   BIGINT PRIMARY KEY REFERENCES device (device_key) ON DELETE CASCADE,
    primary_at   BIGINT NOT NULL,
    secondary_at BIGINT NOT NULL,
    operation_id BIGINT, -- of the rotation under way, or of the last one
    attempt      BIGINT,
    minted_mark  BIGINT, -- of its new key
    minted_at    BIGINT,
    handed_at    BIGINT,
    confirmed_at BIGINT,
    promoted_at  BIGINT
);
