-- The final rows of the pipelines in Pipelines/nexmark, in DuckDB's SQL, over the views `person`,
-- `auction`, `bid`, and `bid_in_order`, whose `seq` is the order of arrival. The columns have the
-- names of the pipelines' columns, and the timestamps of windows are theirs.
-- @q0
SELECT auction, bidder, price, dateTime, extra FROM bid
-- @q1
SELECT auction, bidder, (0.908::DECIMAL(4,3) * price)::DECIMAL(23,3) AS price, dateTime, extra FROM bid
-- @q2
SELECT auction, price FROM bid WHERE auction % 123 = 0
-- @q3
SELECT p.name, p.city, p.state, a.id AS auction FROM auction a JOIN person p ON a.seller = p.id
WHERE a.category = 10 AND p.state IN ('OR', 'ID', 'CA')
-- @q4
SELECT category, (sum(final) // count(*))::BIGINT AS final
FROM (SELECT a.id, a.category, max(b.price) AS final FROM auction a JOIN bid b ON a.id = b.auction
      WHERE b.dateTime BETWEEN a.dateTime AND a.expires GROUP BY a.id, a.category) GROUP BY category
-- @q5
WITH w AS (SELECT auction, ws, count(*) AS num FROM
  (SELECT auction, unnest([time_bucket(INTERVAL 2 SECOND, dateTime) - to_seconds(o) FOR o IN [0, 2, 4, 6, 8]]) AS ws FROM bid)
  GROUP BY auction, ws)
SELECT auction, num, ws AS window_start, ws + INTERVAL 10 SECOND AS window_end
FROM (SELECT *, max(num) OVER (PARTITION BY ws) AS most FROM w) WHERE num >= most
-- @q6
SELECT seller, (sum(price) OVER w // count(*) OVER w)::BIGINT AS avg_price
FROM (SELECT a.id, a.seller, b.price, b.dateTime, b.seq,
        row_number() OVER (PARTITION BY a.id ORDER BY b.price DESC, b.dateTime, b.seq) AS place
      FROM auction a JOIN bid_in_order b ON a.id = b.auction WHERE b.dateTime BETWEEN a.dateTime AND a.expires)
WHERE place <= 1
WINDOW w AS (PARTITION BY seller ORDER BY dateTime, seq ROWS BETWEEN 10 PRECEDING AND CURRENT ROW)
-- @q7
SELECT b.auction, b.price, b.bidder, b.dateTime, b.extra
FROM bid b JOIN (SELECT max(price) AS maxprice, time_bucket(INTERVAL 10 SECOND, dateTime) AS ws FROM bid GROUP BY ws) w
ON b.price = w.maxprice AND b.dateTime BETWEEN w.ws AND w.ws + INTERVAL 10 SECOND
-- @q8
SELECT p.id, p.name, p.ws AS window_start FROM
  (SELECT DISTINCT id, name, time_bucket(INTERVAL 10 SECOND, dateTime) AS ws FROM person) p
  JOIN (SELECT DISTINCT seller, time_bucket(INTERVAL 10 SECOND, dateTime) AS ws FROM auction) a
  ON p.id = a.seller AND p.ws = a.ws
-- @q9
SELECT id, itemName, description, initialBid, reserve, dateTime, expires, seller, category, extra, auction, bidder, price,
  b_dateTime, b_extra
FROM (SELECT a.*, b.auction, b.bidder, b.price, b.dateTime AS b_dateTime, b.extra AS b_extra,
        row_number() OVER (PARTITION BY a.id ORDER BY b.price DESC, b.dateTime, b.seq) AS place
      FROM auction a JOIN bid_in_order b ON a.id = b.auction WHERE b.dateTime BETWEEN a.dateTime AND a.expires) WHERE place <= 1
-- @q10
SELECT auction, bidder, price, dateTime, extra, strftime(dateTime, '%Y-%m-%d') AS dt, strftime(dateTime, '%H:%M') AS hm FROM bid
-- @q13
SELECT b.auction, b.bidder, b.price, b.dateTime, s.val
FROM bid b JOIN (SELECT range AS k, 'side-' || (range * 7919 % 10007) AS val FROM range(10000)) s ON b.auction % 10000 = s.k
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
-- @q18
SELECT auction, bidder, price, channel, url, dateTime, extra
FROM (SELECT *, row_number() OVER (PARTITION BY bidder, auction ORDER BY dateTime DESC, seq DESC) AS place FROM bid_in_order)
WHERE place <= 1
-- @q19
SELECT auction, bidder, price, channel, url, dateTime, extra, place
FROM (SELECT *, row_number() OVER (PARTITION BY auction ORDER BY price DESC, seq) AS place FROM bid_in_order) WHERE place <= 10
-- @q20
SELECT b.auction, b.bidder, b.price, b.channel, b.url, b.dateTime, b.extra, a.itemName, a.description, a.initialBid, a.reserve,
  a.dateTime AS a_dateTime, a.expires, a.seller, a.category, a.extra AS a_extra
FROM bid b JOIN auction a ON b.auction = a.id WHERE a.category = 10
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
