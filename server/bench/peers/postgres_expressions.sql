DROP INDEX twin_doc;
CREATE INDEX twin_id ON twin ((doc ->> 'deviceId'));
CREATE INDEX twin_site ON twin ((doc #>> '{tags,site}'));
CREATE INDEX twin_and3 ON twin ((doc #>> '{tags,region}'), (doc #>> '{tags,model}'), (doc #>> '{properties,reported,reporting,intervalS}'));
CREATE INDEX twin_percent ON twin (((doc #>> '{properties,reported,battery,percent}')::NUMERIC));
CREATE INDEX twin_serial ON twin ((doc #>> '{tags,serial}') text_pattern_ops);
CREATE INDEX twin_model ON twin ((doc #>> '{tags,model}'), (doc ->> 'deviceId'));
ANALYZE twin;
