-- Updates the first row of some pages picked at random (room left by the fill factors keeps most new versions on their page), and appends
-- about one part in a hundred.
SELECT setseed(0.75);

DO $update$
DECLARE
    target record;
    pages bigint;
BEGIN
    FOR target IN SELECT * FROM (VALUES
        ('documents', 0.014, 'author = author + 1, meta = jsonb_set(meta, ''{views}'', ''99999'')'),
        ('accounts', 0.014, 'balance = balance + 17'),
        ('events_202503', 0.03, 'status = ''seen'''),
        ('events_202511', 0.03, 'status = ''seen'''),
        ('events_202512', 0.03, 'status = ''seen''')) AS list (relation, share, assignment)
    LOOP
        pages := pg_relation_size(target.relation::regclass) / current_setting('block_size')::int;
        EXECUTE format(
            'UPDATE %I SET %s WHERE ctid = ANY (ARRAY(SELECT format(''(%%s,1)'', floor(random() * %s))::tid FROM generate_series(1, %s)))',
            target.relation, target.assignment, pages, ceil(pages * target.share));
    END LOOP;
END
$update$;

INSERT INTO documents
SELECT id + 10000000, md5('appended ' || id)::uuid, created + interval '400 days', author, title, meta,
    reverse(substr(body, 1, 400)) || substr(body, 200)
FROM documents WHERE id % 100 = 7;

INSERT INTO events
SELECT timestamptz '2025-12-31 00:00:00+00' + number * interval '1 second', number * 7 % 20000, number % 12, number % 977 / 3.0, 'ok',
    jsonb_build_object('request', md5('appended ' || number), 'milliseconds', number % 900)
FROM generate_series(1, (40000 * current_setting('compare.scale')::float8)::int) AS number;

INSERT INTO attachments
SELECT 1000000 + number, 'attachment-' || number || '.jpg',
    (SELECT string_agg(sha512(('appended ' || number || ' ' || part)::bytea), ''::bytea ORDER BY part)
        FROM generate_series(1, 20 + (number::bigint * 7919 % 300)) AS part)
FROM generate_series(1, (210 * current_setting('compare.scale')::float8)::int) AS number;

INSERT INTO history
SELECT number % 10, number % 3, number, number % 5000, timestamp '2026-01-01' + number * interval '1 ms'
FROM generate_series(1, (90000 * current_setting('compare.scale')::float8)::int) AS number;

UPDATE small_0007 SET value = 'other' WHERE id < 3;
UPDATE small_0003 SET value = 'other' WHERE id = 1;
CREATE TABLE added AS SELECT * FROM small_0001;
