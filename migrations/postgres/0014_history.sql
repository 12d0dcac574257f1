-- What happened to an operation, apart from what happened to its devices.
CREATE INDEX event_of_operation ON event ((CAST(CAST(detail AS JSONB) ->> 'operation' AS BIGINT)), seq)
    WHERE kind IN ('operation_created', 'operation_started', 'operation_paused', 'operation_resumed', 'operation_stopped',
                  'operation_finished', 'wave_opened', 'wave_passed', 'gate_overridden');
