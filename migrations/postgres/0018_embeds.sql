-- Panels that are shown elsewhere: framed by portals, or opened by a link.
CREATE TABLE embed (
    embed_id     BIGINT PRIMARY KEY,
    person_id    BIGINT NOT NULL REFERENCES person (person_id) ON DELETE CASCADE,
    name         TEXT   NOT NULL,
    panel        TEXT   NOT NULL, -- JSON
    filter       TEXT   NOT NULL,
    parents      TEXT   NOT NULL, -- origins with a space between
    theme        TEXT   NOT NULL,
    hash         BYTEA  UNIQUE,   -- of the token; absent where a portal signs
    secret       BYTEA,           -- sealed; absent where there is a token
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    revoked_at   BIGINT,
    uses         BIGINT NOT NULL DEFAULT 0,
    last_used_at BIGINT,
    last_origin  TEXT
);
CREATE INDEX embed_by_person ON embed (person_id, embed_id);
CREATE INDEX embed_by_end ON embed (expires_at);
