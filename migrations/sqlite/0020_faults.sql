-- Failed devices that a person has seen and let the operation go on in spite of: its failure rule counts those after.
ALTER TABLE operation_wave ADD COLUMN forgiven INTEGER NOT NULL DEFAULT 0;
