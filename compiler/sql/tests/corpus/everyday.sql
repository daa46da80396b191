-- What people write every day: selections, sums, joins, windows, dates.

SELECT * FROM events;

SELECT id, kind, amount FROM events WHERE amount > 10 ORDER BY moment DESC LIMIT $most;

SELECT kind, count(*) AS n FROM events GROUP BY kind;

SELECT kind, count(*) AS n FROM events GROUP BY 1 ORDER BY 2 DESC;

SELECT kind, count(*) AS n, sum(amount) AS total, avg(amount) AS mean FROM events GROUP BY ALL ORDER BY ALL;

SELECT DISTINCT person FROM events;

SELECT DISTINCT ON (person) person, moment, kind FROM events ORDER BY person, moment DESC;

SELECT count(DISTINCT person) AS people FROM events WHERE moment >= $since;

SELECT e.id, e.person, d.n FROM events AS e JOIN days AS d ON e.moment::DATE = d.day;

SELECT e.id, coalesce(d.n, 0) AS n FROM events e LEFT JOIN days d ON CAST(e.moment AS DATE) = d.day;

SELECT day, n, sum(n) OVER (ORDER BY day) AS so_far FROM days;

SELECT day, n, n - lag(n) OVER (ORDER BY day) AS change FROM days;

SELECT day, avg(n) OVER (ORDER BY day ROWS BETWEEN 6 PRECEDING AND CURRENT ROW) AS week FROM days;

SELECT person, kind, row_number() OVER (PARTITION BY person ORDER BY moment) AS place FROM events;

SELECT * FROM events QUALIFY row_number() OVER (PARTITION BY person ORDER BY moment DESC) = 1;

SELECT id, rank() OVER w AS place, ntile(4) OVER w AS quarter FROM events WINDOW w AS (ORDER BY amount);

SELECT * EXCLUDE (tags, point) FROM events;

SELECT * EXCLUDE tags FROM events;

SELECT * REPLACE (upper(kind) AS kind) FROM events;

SELECT e.*, d.n FROM events e, days d WHERE d.day = CAST(e.moment AS DATE);

FROM events;

FROM events SELECT id, person WHERE kind = 'buy';

SELECT date_trunc('month', moment) AS month, sum(amount) AS total FROM events GROUP BY month ORDER BY month;

SELECT year(day) AS year, month(day) AS month, max(n) AS most FROM days GROUP BY ALL;

SELECT extract(dow FROM day) AS weekday, avg(n) AS mean FROM days GROUP BY weekday;

SELECT day + INTERVAL 7 DAY AS next_week, day + 1 AS tomorrow, day - DATE '2020-01-01' AS since FROM days;

SELECT moment - INTERVAL '1 hour' AS before, date_diff('day', moment, now()) AS age FROM events;

SELECT strftime(day, '%Y-%m') AS month, count(*) AS n FROM days GROUP BY 1;

SELECT id, CASE WHEN amount IS NULL THEN 'none' WHEN amount > 100 THEN 'large' ELSE 'small' END AS size FROM events;

SELECT id, CASE kind WHEN 'buy' THEN 1 WHEN 'sell' THEN -1 ELSE 0 END AS sign FROM events;

SELECT id, if(amount > 10, 'more', 'less') AS which, ifnull(amount, 0) AS amount FROM events;

SELECT person, sum(amount) FILTER (WHERE kind = 'buy') AS bought, count(*) FILTER (kind = 'sell') AS sold FROM events GROUP BY person;

SELECT person, max(moment) - min(moment) AS span FROM events GROUP BY person HAVING count(*) > 1;

SELECT lower(kind) || '-' || person AS name, length(person) AS letters, upper(substr(person, 1, 1)) AS initial FROM events;

SELECT regexp_extract(person, '([a-z]+)', 1) AS word, regexp_replace(person, '[0-9]', '', 'g') AS plain FROM events WHERE regexp_matches(person, '^a');

SELECT round(amount, 2) AS rounded, floor(amount) AS below, abs(amount) AS size, sqrt(amount) AS root, amount ** 2 AS square FROM events;

SELECT id // 10 AS tens, id % 10 AS ones, id / 10 AS share FROM events;

SELECT id FROM events WHERE kind IN ('buy', 'sell') AND person LIKE 'a%' AND NOT (amount BETWEEN 1 AND 2);

SELECT id FROM events WHERE person ILIKE '%ann%' OR amount IS NOT NULL;

SELECT a.id AS first, b.id AS second FROM events a JOIN events b ON a.person = b.person AND a.id < b.id;

SELECT id, person FROM events JOIN people USING (person);

SELECT * FROM events JOIN people USING (person);

SELECT person, age FROM people WHERE age > (SELECT avg(age) FROM people);

SELECT p.person, (SELECT count(*) FROM events e WHERE e.person = p.person) AS n FROM people p;

SELECT person FROM people WHERE EXISTS (SELECT 1 FROM events WHERE events.person = people.person AND kind = 'buy');

SELECT person FROM people WHERE person NOT IN (SELECT person FROM events);

SELECT person FROM people ANTI JOIN events USING (person);

SELECT person FROM people SEMI JOIN events USING (person);

SELECT id FROM events UNION ALL SELECT n FROM days;

SELECT person FROM events UNION SELECT person FROM people ORDER BY person;

SELECT person FROM people EXCEPT SELECT person FROM events;

SELECT person FROM people INTERSECT SELECT person FROM events;

SELECT id, kind FROM events UNION ALL BY NAME SELECT kind, id FROM events;

WITH bought AS (SELECT person, sum(amount) AS total FROM events WHERE kind = 'buy' GROUP BY person)
SELECT p.person, p.age, b.total FROM people p JOIN bought b USING (person) WHERE b.total > 10;

WITH a AS (SELECT id, amount FROM events), b AS (SELECT id, amount * 2 AS double FROM a) SELECT a.id, b.double FROM a JOIN b ON a.id = b.id;

WITH RECURSIVE numbers AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM numbers WHERE n < 10) SELECT n FROM numbers;

WITH RECURSIVE chain (person, step) AS (SELECT person, 0 FROM people UNION ALL SELECT c.person, c.step + 1 FROM chain c WHERE c.step < 3) SELECT person, max(step) AS steps FROM chain GROUP BY person;

SELECT person, total FROM (SELECT person, sum(amount) AS total FROM events GROUP BY person) WHERE total > 5;

SELECT person, total, total / sum(total) OVER () AS share FROM (SELECT person, sum(amount) AS total FROM events GROUP BY person) AS sums;

SELECT v.name, v.weight FROM (VALUES ('a', 1), ('b', 2)) AS v (name, weight);

VALUES (1, 'a'), (2, 'b');

SELECT n, day FROM days ORDER BY n DESC NULLS LAST, day LIMIT 5 OFFSET 2;

SELECT amount AS value, value * 2 AS twice FROM events WHERE value > 3;

SELECT arg_max(person, amount) AS richest, max(amount) AS most FROM events;

SELECT kind, list(id ORDER BY moment) AS ids, string_agg(person, ', ') AS people FROM events GROUP BY kind;

SELECT kind, median(amount) AS middle, quantile_cont(amount, 0.9) AS high, stddev(amount) AS spread FROM events GROUP BY kind;

SELECT kind, mode(person) AS usual, first(id) AS first, any_value(person) AS one FROM events GROUP BY kind;

SELECT id, len(tags) AS n, tags[1] AS first_tag, list_contains(tags, 'x') AS has_x FROM events;

SELECT id, unnest(tags) AS tag FROM events;

SELECT e.id, t.tag FROM events e, unnest(e.tags) AS t(tag);

SELECT id, point.x AS x, point['y'] AS y FROM events;

SELECT point.* FROM events;

SELECT list_transform(tags, lambda x: upper(x)) AS loud, list_filter(tags, lambda x: length(x) > 1) AS long FROM events;

SELECT {'id': id, 'kind': kind} AS pair, [id, id + 1] AS two FROM events;

SELECT struct_pack(a := id, b := kind) AS pair FROM events;

SELECT i FROM range(10) AS t(i);

SELECT generate_series FROM generate_series(1, 10);

SELECT n.day, coalesce(d.n, 0) AS n FROM (SELECT unnest(generate_series(DATE '2024-01-01', DATE '2024-01-10', INTERVAL 1 DAY))::DATE AS day) n LEFT JOIN days d ON d.day = n.day;

SELECT TRY_CAST(person AS INTEGER) AS number, amount::INTEGER AS whole, id::VARCHAR AS text FROM events;

SELECT CAST(amount AS DECIMAL(10, 2)) AS money, CAST(amount AS BIGINT) AS whole FROM events;

SELECT least(amount, 5) AS low, greatest(id, 3) AS high, nullif(kind, '') AS kind FROM events;

SELECT md5(person) AS hash, hash(id) % 10 AS bucket FROM events;

SELECT moment AT TIME ZONE 'Europe/Berlin' AS here FROM events;

SELECT epoch(moment) AS seconds, epoch_ms(moment) AS millis, hour(moment) AS hour, dayname(moment) AS day FROM events;

SELECT corr(amount, id) AS r, covar_pop(amount, id) AS c, regr_slope(amount, id) AS slope FROM events;

SELECT bool_and(amount > 0) AS all_positive, count_if(kind = 'buy') AS bought FROM events;

SELECT kind, count(*) AS n FROM events GROUP BY ROLLUP (kind);

SELECT kind, person, sum(amount) AS total FROM events GROUP BY CUBE (kind, person);

SELECT e1.person FROM events e1 WHERE e1.amount = (SELECT max(e2.amount) FROM events e2 WHERE e2.person = e1.person);

SELECT events.id, people.age FROM events INNER JOIN people ON events.person = people.person CROSS JOIN days;

SELECT e.id, s.total FROM events e, LATERAL (SELECT sum(amount) AS total FROM events x WHERE x.person = e.person) s;

SELECT p.person, e.kind FROM people p FULL OUTER JOIN events e ON e.person = p.person WHERE e.kind IS NOT NULL AND p.person IS NOT NULL;

SELECT p.person, d.day FROM people p NATURAL JOIN (SELECT person, moment::DATE AS day FROM events) d;

SELECT "id", "person" FROM "events" WHERE "kind" = 'buy';

SELECT ID, Person FROM EVENTS WHERE Kind = 'buy';

SELECT 'it''s' AS quote, $$dollar$$ AS dollar, 1_000 AS thousand, 1e3 AS float, .5 AS half, -1 AS minus;

SELECT NULL AS nothing, true AS yes, current_date AS today, now() AS time;

SELECT id, /* a comment */ kind -- another
FROM events;

SELECT id FROM events WHERE amount > $share * 100 AND person = $name AND moment::DATE >= $since;

SELECT * FROM events WHERE (kind, person) IN (SELECT kind, person FROM events WHERE id < 3);

SELECT sum(amount) AS total, FROM events;

SELECT kind, sum(CASE WHEN amount > 10 THEN 1 ELSE 0 END) AS many, sum((amount > 10)::INT) AS also FROM events GROUP BY kind;

SELECT kind, amount - avg(amount) OVER (PARTITION BY kind) AS off FROM events;

SELECT id, first_value(kind) OVER (PARTITION BY person ORDER BY moment) AS first_kind, lead(moment, 1) OVER (ORDER BY moment) AS next FROM events;

SELECT count(*) FROM events;

SELECT max(id) + 1 AS next_id FROM events;

SELECT split_part(person, ' ', 1) AS first, trim(person) AS trimmed, replace(kind, 'a', 'b') AS other, contains(kind, 'u') AS has FROM events;

SELECT person, sum(amount) AS total FROM events GROUP BY person HAVING total > 10 ORDER BY total DESC;

SELECT id FROM events WHERE moment BETWEEN TIMESTAMP '2024-01-01 00:00:00' AND TIMESTAMP '2024-02-01 00:00:00';

SELECT count(*) AS n, count(amount) AS known, count(*) - count(amount) AS missing FROM events;

SELECT t.* FROM (SELECT id, kind FROM events) t;

SELECT person, age, CASE WHEN age >= 18 THEN true ELSE false END AS adult FROM people WHERE age IS NOT NULL;

(SELECT id FROM events ORDER BY id LIMIT 1) UNION ALL (SELECT id FROM events ORDER BY id DESC LIMIT 1);

SELECT id FROM events ORDER BY random() LIMIT 10;

SELECT kind, approx_count_distinct(person) AS people, histogram(kind) AS h FROM events GROUP BY kind;

SELECT concat(kind, ':', person) AS name, concat_ws('-', kind, person) AS other, printf('%d', id) AS shown FROM events;

SELECT make_date(2024, 1, 2) AS day, last_day(day) AS end_of_month, dayofweek(day) AS weekday FROM days;

SELECT time_bucket(INTERVAL '15 minutes', moment) AS bucket, count(*) AS n FROM events GROUP BY bucket;
