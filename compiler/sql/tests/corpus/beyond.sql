-- What the dialect has beyond the parser: nothing is said of it.

SELECT t.id, p.age FROM events t ASOF JOIN people p ON t.person = p.person AND t.id >= p.age;

SELECT * FROM events POSITIONAL JOIN days;

PIVOT events ON kind USING sum(amount) GROUP BY person;

SELECT * FROM (PIVOT events ON kind USING sum(amount) GROUP BY person);

UNPIVOT people ON age INTO NAME key VALUE number;

SUMMARIZE events;

DESCRIBE events;

SELECT COLUMNS('a.*') FROM events;

SELECT min(COLUMNS(* EXCLUDE (tags, point))) FROM events;

SELECT [x * 2 FOR x IN [1, 2, 3] IF x > 1] AS doubled;

SELECT list_transform(tags, lambda x: upper(x)) AS loud FROM events;

SELECT person.upper() AS loud FROM events;

SELECT tags[:2] AS two, tags[-1:] AS last FROM events;

SELECT * FROM events USING SAMPLE 10%;

SELECT * FROM events TABLESAMPLE reservoir(10);

SELECT kind, sum(amount) AS total FROM events GROUP BY GROUPING SETS ((kind), ());

SELECT id, last_value(amount IGNORE NULLS) OVER (ORDER BY moment) AS filled FROM events;

SELECT position('a' IN person) AS moment FROM events;

SELECT person FROM events WHERE person SIMILAR TO 'a.*';

SELECT person FROM events WHERE person GLOB 'a*';

SELECT TRY(id / 0) AS nothing FROM events;

SELECT ('x' || person).upper() AS loud FROM events;

SELECT person COLLATE NOCASE AS person FROM events;

SELECT m['a'] AS a FROM (SELECT MAP {'a': 1} AS m);

SELECT id, sum(amount) OVER (ORDER BY moment RANGE BETWEEN INTERVAL 1 DAY PRECEDING AND CURRENT ROW) AS day FROM events;

SELECT * LIKE '%a%' FROM events;

SELECT * RENAME (id AS number) FROM events;

SELECT id: id, kind: kind FROM events;

SELECT #1 FROM events;

SELECT id FROM events LIMIT 10%;

SELECT events FROM events;

SELECT unnest(point) FROM events;

SELECT row(id, kind) AS pair FROM events;

SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY amount) AS middle FROM events;

SELECT '{"a": 1}'::JSON ->> 'a' AS a;

SELECT person, json_object('id', id) AS j FROM events;

SELECT id FROM events WHERE id = ANY (SELECT n FROM days);

SELECT id FROM events WHERE tags && ['a'];

SELECT date '2024-01-01' + to_days(id::INTEGER) AS later FROM events;

SELECT now()::TIMESTAMP AS here, '12:00'::TIME AS noon, 'x'::BLOB AS bytes, uuid() AS id;

SELECT 10_000.5 AS number, 'a' AS text;
