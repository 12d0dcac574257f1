-- query_eq_ms
SELECT COUNT(*) FROM twin WHERE doc #>> '{tags,site}' = 'site-0042';
-- query_and3_ms
SELECT COUNT(*) FROM twin WHERE doc #>> '{tags,region}' = 'north' AND doc #>> '{tags,model}' = 'CT-200' AND doc #>> '{properties,reported,reporting,intervalS}' = '60';
-- query_range_ms
SELECT COUNT(*) FROM twin WHERE (doc #>> '{properties,reported,battery,percent}')::NUMERIC < 20;
-- query_in_ms
SELECT COUNT(*) FROM twin WHERE doc #>> '{tags,site}' IN ('site-0001', 'site-0002', 'site-0003', 'site-0004');
-- query_prefix_ms
SELECT COUNT(*) FROM twin WHERE doc #>> '{tags,serial}' LIKE '00%';
-- query_group1_ms
SELECT doc #>> '{tags,region}', COUNT(*) FROM twin GROUP BY 1;
-- query_group2_ms
SELECT doc #>> '{tags,region}', doc #>> '{tags,model}', COUNT(*) FROM twin GROUP BY 1, 2;
-- query_top50_ms
SELECT doc ->> 'deviceId', doc #> '{properties,reported,battery,percent}' FROM twin ORDER BY (doc #>> '{properties,reported,battery,percent}')::NUMERIC DESC LIMIT 50;
-- query_page1_ms
SELECT doc FROM twin WHERE doc #>> '{tags,model}' = 'CT-200' ORDER BY doc ->> 'deviceId' LIMIT 100;
