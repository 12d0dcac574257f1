CREATE INDEX twin_doc ON twin USING GIN (doc jsonb_path_ops);
ANALYZE twin;
