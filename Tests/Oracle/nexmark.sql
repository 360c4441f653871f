-- The final rows of the pipelines in Pipelines/nexmark, in DuckDB's SQL, over a view `bid` of the bids. The columns have the
-- names of the pipelines' columns, and the timestamps of windows are theirs.
-- @q0
SELECT auction, bidder, price, dateTime, extra FROM bid
-- @q1
SELECT auction, bidder, (0.908::DECIMAL(4,3) * price)::DECIMAL(23,3) AS price, dateTime, extra FROM bid
-- @q2
SELECT auction, price FROM bid WHERE auction % 123 = 0
-- @q5
SELECT auction, count(*) AS num, ws AS window_start, ws + INTERVAL 10 SECOND AS window_end
FROM (SELECT auction, unnest([time_bucket(INTERVAL 2 SECOND, dateTime) - to_seconds(o) FOR o IN [0, 2, 4, 6, 8]]) AS ws FROM bid)
GROUP BY auction, ws
-- @q7
SELECT max(price) AS maxprice, ws AS window_start, ws + INTERVAL 10 SECOND AS window_end
FROM (SELECT price, time_bucket(INTERVAL 10 SECOND, dateTime) AS ws FROM bid) GROUP BY ws
-- @q14
SELECT auction, bidder, (0.908::DECIMAL(4,3) * price)::DECIMAL(23,3) AS price,
  CASE WHEN hour(dateTime) BETWEEN 8 AND 18 THEN 'dayTime'
       WHEN hour(dateTime) <= 6 OR hour(dateTime) >= 20 THEN 'nightTime' ELSE 'otherTime' END AS bidTimeType,
  dateTime, extra, length(extra) - length(replace(extra, 'c', '')) AS c_counts
FROM bid WHERE 0.908::DECIMAL(4,3) * price > 1000000 AND 0.908::DECIMAL(4,3) * price < 50000000
-- @q15
SELECT strftime(dateTime, '%Y-%m-%d') AS day, count(*) AS total_bids,
  count(*) FILTER (price < 10000) AS rank1_bids,
  count(*) FILTER (price >= 10000 AND price < 1000000) AS rank2_bids,
  count(*) FILTER (price >= 1000000) AS rank3_bids,
  count(DISTINCT bidder) AS total_bidders,
  count(DISTINCT bidder) FILTER (price < 10000) AS rank1_bidders,
  count(DISTINCT bidder) FILTER (price >= 10000 AND price < 1000000) AS rank2_bidders,
  count(DISTINCT bidder) FILTER (price >= 1000000) AS rank3_bidders,
  count(DISTINCT auction) AS total_auctions,
  count(DISTINCT auction) FILTER (price < 10000) AS rank1_auctions,
  count(DISTINCT auction) FILTER (price >= 10000 AND price < 1000000) AS rank2_auctions,
  count(DISTINCT auction) FILTER (price >= 1000000) AS rank3_auctions
FROM bid GROUP BY day
-- @q16
SELECT channel, strftime(dateTime, '%Y-%m-%d') AS day, max(strftime(dateTime, '%H:%M')) AS minute, count(*) AS total_bids,
  count(*) FILTER (price < 10000) AS rank1_bids,
  count(*) FILTER (price >= 10000 AND price < 1000000) AS rank2_bids,
  count(*) FILTER (price >= 1000000) AS rank3_bids,
  count(DISTINCT bidder) AS total_bidders,
  count(DISTINCT bidder) FILTER (price < 10000) AS rank1_bidders,
  count(DISTINCT bidder) FILTER (price >= 10000 AND price < 1000000) AS rank2_bidders,
  count(DISTINCT bidder) FILTER (price >= 1000000) AS rank3_bidders,
  count(DISTINCT auction) AS total_auctions,
  count(DISTINCT auction) FILTER (price < 10000) AS rank1_auctions,
  count(DISTINCT auction) FILTER (price >= 10000 AND price < 1000000) AS rank2_auctions,
  count(DISTINCT auction) FILTER (price >= 1000000) AS rank3_auctions
FROM bid GROUP BY channel, day
-- @q17
SELECT auction, strftime(dateTime, '%Y-%m-%d') AS day, count(*) AS total_bids,
  count(*) FILTER (price < 10000) AS rank1_bids,
  count(*) FILTER (price >= 10000 AND price < 1000000) AS rank2_bids,
  count(*) FILTER (price >= 1000000) AS rank3_bids,
  min(price) AS min_price, max(price) AS max_price,
  sum(price)::DOUBLE / count(*) AS avg_price, sum(price)::BIGINT AS sum_price
FROM bid GROUP BY auction, day
-- @q21
SELECT * FROM (
  SELECT auction, bidder, price, channel,
    CASE lower(channel) WHEN 'apple' THEN '0' WHEN 'google' THEN '1' WHEN 'facebook' THEN '2' WHEN 'baidu' THEN '3'
      ELSE CASE WHEN regexp_matches(url, '(&|^)channel_id=([^&]*)') THEN regexp_extract(url, '(&|^)channel_id=([^&]*)', 2) END
    END AS channel_id
  FROM bid)
WHERE channel_id IS NOT NULL
-- @q22
SELECT auction, bidder, price, channel,
  split_part(url, '/', 4) AS dir1, split_part(url, '/', 5) AS dir2, split_part(url, '/', 6) AS dir3
FROM bid
