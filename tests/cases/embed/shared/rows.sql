-- Read by cases: nothing is wrong.
SELECT shop, sum(price) AS price
FROM sales
WHERE price > $least
GROUP BY shop
