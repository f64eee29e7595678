-- Prose: words by Zipf's law in sentences, metadata as jsonb, random identifiers; one document in twenty is long enough for TOAST.
CREATE TABLE documents (
    id bigint NOT NULL,
    uid uuid NOT NULL,
    created timestamptz NOT NULL,
    author int NOT NULL,
    title text NOT NULL,
    meta jsonb,
    body text NOT NULL
) WITH (fillfactor = 85);

DO $fill$
DECLARE
    documents CONSTANT int := greatest(100, 280000 * current_setting('compare.scale')::float8);
    sentence_count CONSTANT int := least(100000, 20 * documents);
    vocabulary_size CONSTANT int := 20000;
    syllables CONSTANT text[] := string_to_array(
        'a ba co den er fi ga hu in jo ka lu men no or pa que ro sen ta ul vi wa yo zet ster tion ing al dro mi ness', ' ');
    vocabulary text[] := '{}';
    sentences text[] := '{}';
    piece text;
    kind float8;
    length int;
BEGIN
    PERFORM setseed(0.25);
    FOR word IN 1..vocabulary_size LOOP
        -- The more frequent a word, the shorter it is.
        length := 1 + (log(word + 1) / 1.6)::int + (random() < 0.4)::int;
        piece := '';
        FOR part IN 1..length LOOP
            piece := piece || syllables[1 + floor(random() * 32)::int];
        END LOOP;
        vocabulary[word] := piece;
    END LOOP;
    FOR number IN 1..sentence_count LOOP
        piece := '';
        FOR place IN 1..13 LOOP
            piece := piece || vocabulary[floor(exp(random() * ln(vocabulary_size)))::int]
                || CASE WHEN place = 13 THEN E'.\n' WHEN place = 6 THEN ', ' ELSE ' ' END;
        END LOOP;
        IF number % 3 = 0 THEN
            piece := piece || floor(random() * 1000000)::int || ' ';
        END IF;
        sentences[number] := piece;
    END LOOP;
    FOR document IN 1..documents LOOP
        kind := random();
        length := CASE
            WHEN kind < 0.75 THEN 3 + floor(random() * 14)::int
            WHEN kind < 0.95 THEN 17 + floor(random() * 16)::int
            ELSE 46 + floor(random() * 108)::int
        END;
        piece := '';
        FOR place IN 1..length LOOP
            piece := piece || sentences[1 + floor(random() * sentence_count)::int];
        END LOOP;
        INSERT INTO documents VALUES (
            document,
            md5('document ' || document)::uuid,
            timestamptz '2024-01-01 00:00:00+00' + document * interval '37 seconds',
            floor(random() * 5000)::int,
            initcap(vocabulary[1 + floor(random() * 20000)::int] || ' ' || vocabulary[1 + floor(random() * 2000)::int]
                || ' ' || vocabulary[1 + floor(random() * 200)::int]),
            jsonb_build_object(
                'tags', jsonb_build_array(vocabulary[1 + floor(random() * 300)::int], vocabulary[1 + floor(random() * 300)::int]),
                'views', floor(random() * 100000)::int,
                'language', (ARRAY['en', 'de', 'fr', 'pl'])[1 + floor(random() * 4)::int],
                'score', round(random()::numeric, 4),
                'published', random() < 0.8),
            piece);
    END LOOP;
END
$fill$;

ALTER TABLE documents ADD PRIMARY KEY (id);
CREATE UNIQUE INDEX documents_uid ON documents (uid);
CREATE INDEX documents_author_created ON documents (author, created);
