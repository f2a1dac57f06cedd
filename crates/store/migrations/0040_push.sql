-- Browsers that take pushes, and the key by which push services know the town. Where a browser is reached and the key itself are
-- sealed; a browser is found again by the hash of its address. A subscription ends, it is not deleted.
CREATE TABLE push_subscription (
  town TEXT NOT NULL, id TEXT NOT NULL, person TEXT NOT NULL, endpoint_hash TEXT NOT NULL, ended_at BIGINT,
  content TEXT NOT NULL, address TEXT NOT NULL, version BIGINT NOT NULL, recorded_at BIGINT NOT NULL,
  PRIMARY KEY (town, id));
CREATE INDEX push_subscription_person ON push_subscription (town, person);
CREATE INDEX push_subscription_endpoint ON push_subscription (town, endpoint_hash);

CREATE TABLE push_key (
  town TEXT NOT NULL, id TEXT NOT NULL, public_key TEXT NOT NULL, secret TEXT NOT NULL, recorded_at BIGINT NOT NULL,
  PRIMARY KEY (town, id));
