-- Files that devices install. Their bytes lie in the data directory, under their hash.
CREATE TABLE firmware_artifact (
    artifact_id TEXT    PRIMARY KEY, -- SHA-256 of the bytes, hexadecimal
    size        INTEGER NOT NULL,
    about       TEXT    NOT NULL,    -- JSON: product, version, models, what must be passed, signature, notes
    state       TEXT    NOT NULL,
    added_at    INTEGER NOT NULL,
    added_by    INTEGER
) STRICT;

-- What signs links to artifacts.
CREATE TABLE firmware_link_key (
    id     INTEGER PRIMARY KEY,
    sealed BLOB    NOT NULL
) STRICT;
