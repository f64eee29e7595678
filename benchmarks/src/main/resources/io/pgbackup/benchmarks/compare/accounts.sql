-- The tables of pgbench, some 13 MB for each hundred thousand accounts; compare.accounts tells how many.
CREATE TABLE branches (bid int NOT NULL, balance int, filler char(88)) WITH (fillfactor = 90);
CREATE TABLE tellers (tid int NOT NULL, bid int, balance int, filler char(84)) WITH (fillfactor = 90);
CREATE TABLE accounts (aid int NOT NULL, bid int, balance int, filler char(84)) WITH (fillfactor = 90);
CREATE TABLE history (tid int, bid int, aid int, delta int, at timestamp, filler char(22));

INSERT INTO accounts
SELECT number, 1 + (number - 1) / 100000, 0, ''
FROM generate_series(1, current_setting('compare.accounts')::int) AS number;
INSERT INTO tellers SELECT number, 1 + (number - 1) / 10, 0 FROM generate_series(1, 10 * (SELECT max(bid) FROM accounts)) AS number;
INSERT INTO branches SELECT number, 0 FROM generate_series(1, (SELECT max(bid) FROM accounts)) AS number;

ALTER TABLE branches ADD PRIMARY KEY (bid);
ALTER TABLE tellers ADD PRIMARY KEY (tid);
ALTER TABLE accounts ADD PRIMARY KEY (aid);
