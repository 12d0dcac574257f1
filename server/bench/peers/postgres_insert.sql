INSERT INTO twin (doc) SELECT text::JSONB FROM UNNEST($1::TEXT[]) AS line (text);
