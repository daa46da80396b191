-- Read by cases: a column is misspelt.
SELECT shop, sum(prize) AS price -- #~ E0425
FROM sales
GROUP BY shop
