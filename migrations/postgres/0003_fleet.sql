-- Lists of the fleet that people keep under a name.
CREATE TABLE fleet_view (
    view_id    BIGINT  PRIMARY KEY,
    owner_id   BIGINT  NOT NULL REFERENCES person (person_id) ON DELETE CASCADE,
    name       TEXT    NOT NULL,
    query      TEXT    NOT NULL, -- of the fleet page's address
    shared     BIGINT  NOT NULL,
    changed_at BIGINT  NOT NULL,
    UNIQUE (owner_id, name)
);
CREATE INDEX fleet_view_shared ON fleet_view (view_id) WHERE shared = 1;

-- The view a person begins with.
ALTER TABLE person ADD COLUMN home_view BIGINT REFERENCES fleet_view (view_id) ON DELETE SET NULL;
CREATE INDEX person_by_home_view ON person (home_view) WHERE home_view IS NOT NULL;
