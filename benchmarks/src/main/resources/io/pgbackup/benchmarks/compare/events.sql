-- A year of events in monthly partitions, a third of them with a payload.
CREATE TABLE events (
    at timestamptz NOT NULL,
    device int NOT NULL,
    kind smallint NOT NULL,
    metric float8,
    status text,
    payload jsonb
) PARTITION BY RANGE (at);

DO $partitions$
DECLARE
    month timestamptz := '2025-01-01 00:00:00+00';
BEGIN
    WHILE month < '2026-01-01 00:00:00+00' LOOP
        EXECUTE format(
            'CREATE TABLE events_%s PARTITION OF events FOR VALUES FROM (%L) TO (%L) WITH (fillfactor = 92)',
            to_char(month, 'YYYYMM'), month, month + interval '1 month');
        month := month + interval '1 month';
    END LOOP;
END
$partitions$;

SELECT setseed(0.5);

INSERT INTO events
SELECT
    timestamptz '2025-01-01 00:00:00+00' + number * (interval '364 days' / total),
    floor(random() * 20000)::int,
    floor(random() * 12)::int,
    round((random() * random() * 500)::numeric, 3),
    (ARRAY['ok', 'ok', 'ok', 'ok', 'repeated', 'timed out', 'failed: the upstream server hung up'])[1 + floor(random() * 7)::int],
    CASE WHEN random() < 0.35 THEN jsonb_build_object(
        'request', md5(number::text),
        'milliseconds', floor(random() * 900)::int,
        'path', '/v2/items/' || floor(random() * 100000)::int)
    END
FROM (SELECT greatest(1000, 3600000 * current_setting('compare.scale')::float8)::int AS total) AS size,
    LATERAL generate_series(1, total) AS number;

CREATE INDEX ON events (at);
CREATE INDEX ON events (device, at);
