-- Mistakes, each with what is said of it.

SELECT idd FROM events;

SELECT e.idd FROM events e;

SELECT x.id FROM events e;

SELECT id FROM evnts;

SELECT id FROM most;

SELECT id FROM events WHERE id > most;

SELECT id FROM events WHERE id > $mot;

SELECT id FROM events WHERE id > $events;

SELECT id FROM events WHERE id > $1;

SELECT person FROM events JOIN people ON events.person = people.person;

SELECT person FROM events JOIN people USING (peson);

SELECT id FROM events JOIN people USING (age);

SELECT kind, person, count(*) FROM events GROUP BY kind;

SELECT kind, upper(person) AS person, count(*) AS n FROM events GROUP BY kind;

SELECT kind, count(*) FROM events;

SELECT id, kind FROM events UNION ALL SELECT n FROM days;

SELECT * EXCLUDE (idd) FROM events;

SELECT * REPLACE (1 AS idd) FROM events;

SELECT point.z FROM events;

SELECT summ(amount) FROM events;

SELECT id FROM events WHERE EXISTS (SELECT 1 FROM people WHERE people.person = events.perso);

WITH a AS (SELECT id FROM events) SELECT kind FROM a;

WITH a AS (SELECT id FROM events) SELECT id FROM b;

SELECT id FROM events ORDER BY ides;

SELECT id AS number FROM events GROUP BY nmber;

SELECT sum(n) OVER (PARTITION BY dya) AS s FROM days;

SELECT list_filter(tags, lambda x: x = kin) AS t FROM events;

SELECT id FROM (SELECT id AS number FROM events);

SELECT t.c FROM (VALUES (1, 2)) AS t (a, b);

SELECT FROM events;

SELECT id events WHERE id > 1;

SELECT id, FROM events WHERE;

SELCT id FROM events;

SELECT id FORM events;

SELECT id FROM events WERE id > 1;

SELECT id FROM events GRUP BY id;

SELECT id FROM events GROUP id;

SELECT id FROM events ORDER id;

SELECT (id FROM events;

SELECT id FROM events WHERE kind = 'buy;

SELECT CASE WHEN id > 1 THEN 2 FROM events;

INSERT INTO events VALUES (1);

COPY events TO 'x.csv';

SELECT 1; SELECT 2;

SELECT * FROM read_csv('x.csv');

SELECT * FROM 'x.parquet';

SELECT * FROM glob('*');

SELECT getenv('HOME') AS home;
