-- Panels that are shown elsewhere: framed by portals, or opened by a link.
CREATE TABLE embed (
    embed_id     INTEGER PRIMARY KEY,
    person_id    INTEGER NOT NULL REFERENCES person (person_id) ON DELETE CASCADE,
    name         TEXT    NOT NULL,
    panel        TEXT    NOT NULL, -- JSON
    filter       TEXT    NOT NULL,
    parents      TEXT    NOT NULL, -- origins with a space between
    theme        TEXT    NOT NULL,
    hash         BLOB    UNIQUE,   -- of the token; absent where a portal signs
    secret       BLOB,             -- sealed; absent where there is a token
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    revoked_at   INTEGER,
    uses         INTEGER NOT NULL DEFAULT 0,
    last_used_at INTEGER,
    last_origin  TEXT
) STRICT;
CREATE INDEX embed_by_person ON embed (person_id, embed_id);
CREATE INDEX embed_by_end ON embed (expires_at);
