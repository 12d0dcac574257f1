INSERT INTO twin (device_id, doc) SELECT value ->> '$.deviceId', jsonb(value) FROM json_each($1);
