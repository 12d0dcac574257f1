-- Which API token acted for a person; absent for people at the dashboard.
ALTER TABLE event ADD COLUMN actor_token TEXT;

-- API tokens of people. The hash is of 256 random bits: it opens nothing.
CREATE TABLE api_token (
    token_id     INTEGER PRIMARY KEY,
    person_id    INTEGER NOT NULL REFERENCES person (person_id) ON DELETE CASCADE,
    name         TEXT    NOT NULL,
    hash         BLOB    NOT NULL UNIQUE,
    actions      TEXT    NOT NULL, -- names with a space between
    scope        TEXT    NOT NULL,
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    last_used_at INTEGER,
    revoked_at   INTEGER
) STRICT;
CREATE INDEX api_token_by_person ON api_token (person_id, created_at);
CREATE INDEX api_token_by_end ON api_token (expires_at);

-- Answers to requests that carried an idempotency key, to be given again.
CREATE TABLE idempotency (
    person_id  INTEGER NOT NULL REFERENCES person (person_id) ON DELETE CASCADE,
    name       TEXT    NOT NULL,
    request    BLOB    NOT NULL, -- hash of method, address and body
    answer     BLOB, -- sealed; absent while the request is under way
    created_at INTEGER NOT NULL,
    PRIMARY KEY (person_id, name)
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_by_time ON idempotency (created_at);
