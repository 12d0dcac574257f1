-- What desired properties were: each change is an event, and from time to time the whole of them is kept, so that an old
-- state is a few patches away.
CREATE TABLE desired_base (
    device_key BIGINT NOT NULL REFERENCES device (device_key) ON DELETE CASCADE,
    version    BIGINT NOT NULL,
    seq        BIGINT NOT NULL, -- later events came after this state
    at         BIGINT NOT NULL,
    desired    TEXT   NOT NULL,
    PRIMARY KEY (device_key, version)
);

-- History begins now: of earlier states only their patches are known.
INSERT INTO desired_base
SELECT t.device_key, t.desired_version, w.last_event, (t.desired_meta::JSON ->> 't')::BIGINT, t.desired
FROM twin AS t CROSS JOIN writer AS w;

CREATE INDEX event_desired ON event (device_id, seq) WHERE kind = 'desired_changed';
