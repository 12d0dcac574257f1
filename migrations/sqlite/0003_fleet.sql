-- Lists of the fleet that people keep under a name.
CREATE TABLE fleet_view (
    view_id    INTEGER PRIMARY KEY,
    owner_id   INTEGER NOT NULL REFERENCES person (person_id) ON DELETE CASCADE,
    name       TEXT    NOT NULL,
    query      TEXT    NOT NULL, -- of the fleet page's address
    shared     INTEGER NOT NULL,
    changed_at INTEGER NOT NULL,
    UNIQUE (owner_id, name)
) STRICT;
CREATE INDEX fleet_view_shared ON fleet_view (view_id) WHERE shared = 1;

-- The view a person begins with.
ALTER TABLE person ADD COLUMN home_view INTEGER REFERENCES fleet_view (view_id) ON DELETE SET NULL;
CREATE INDEX person_by_home_view ON person (home_view) WHERE home_view IS NOT NULL;
