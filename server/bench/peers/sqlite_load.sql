PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE twin (device_id TEXT PRIMARY KEY, doc BLOB NOT NULL) WITHOUT ROWID;
