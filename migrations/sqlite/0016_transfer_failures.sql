-- Lines of imports that failed: the first of each, for its page. The whole list is a file in its folder.
CREATE TABLE transfer_failure (
    transfer_seq INTEGER NOT NULL REFERENCES transfer (transfer_seq) ON DELETE CASCADE,
    number       INTEGER NOT NULL, -- from 0
    file         TEXT    NOT NULL,
    line         INTEGER NOT NULL, -- from 1
    id           TEXT, -- the device or configuration that it names
    code         TEXT    NOT NULL,
    why          TEXT    NOT NULL,
    PRIMARY KEY (transfer_seq, number)
) STRICT, WITHOUT ROWID;
