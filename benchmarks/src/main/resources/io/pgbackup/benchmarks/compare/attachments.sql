-- What nothing compresses any more, stored out of line.
CREATE TABLE attachments (id bigint PRIMARY KEY, name text NOT NULL, content bytea NOT NULL);
ALTER TABLE attachments ALTER content SET STORAGE EXTERNAL;

INSERT INTO attachments
SELECT
    number,
    'attachment-' || number || '.jpg',
    (SELECT string_agg(sha512((number || ' ' || part)::bytea), ''::bytea ORDER BY part)
        FROM generate_series(1, 20 + (number::bigint * 7919 % 300)) AS part)
FROM generate_series(1, greatest(100, 21000 * current_setting('compare.scale')::float8)::int) AS number;
