-- Many small tables, as real schemas have them: 400 from scale 0.1 on.
DO $tables$
BEGIN
    FOR number IN 1..least(400, ceil(4000 * current_setting('compare.scale')::float8)::int) LOOP
        EXECUTE format('CREATE TABLE small_%s (id int PRIMARY KEY, name text, value text, at timestamptz)', lpad(number::text, 4, '0'));
        EXECUTE format(
            'INSERT INTO small_%s SELECT entry, ''name '' || entry, md5(entry || %L), timestamptz ''2025-01-01Z'' + entry * interval ''1 h'''
                || ' FROM generate_series(1, %s) AS entry',
            lpad(number::text, 4, '0'), number, 5 + number * number * 31 % 400);
    END LOOP;
END
$tables$;
