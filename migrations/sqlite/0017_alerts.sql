-- What watches devices.
CREATE TABLE alert_rule (
    rule_id    INTEGER PRIMARY KEY, -- of the event that made it
    name       TEXT    NOT NULL UNIQUE,
    draft      TEXT    NOT NULL, -- JSON: what it says
    etag       INTEGER NOT NULL
) STRICT;

-- What the rules found. An alert outlives its rule; the body has the name the rule had.
CREATE TABLE alert (
    alert_id   INTEGER PRIMARY KEY,
    rule_id    INTEGER NOT NULL,
    device_key INTEGER REFERENCES device (device_key) ON DELETE CASCADE, -- none when it stands for many
    fold       TEXT    NOT NULL, -- what its devices have in common
    live       INTEGER NOT NULL, -- 1 until it is over
    ended_at   INTEGER, -- when it was over
    body       TEXT    NOT NULL -- JSON: all of it
) STRICT;
CREATE UNIQUE INDEX alert_of_device ON alert (rule_id, device_key) WHERE live = 1 AND device_key IS NOT NULL;
CREATE UNIQUE INDEX alert_of_many ON alert (rule_id, fold) WHERE live = 1 AND device_key IS NULL;
CREATE INDEX alert_before ON alert (device_key, rule_id, alert_id);
CREATE INDEX alert_over ON alert (ended_at, alert_id) WHERE live = 0;
