-- A trade keeps the version of the config that its entry was decided with, also when the server
-- ends between the entry and its first fill; and what funding it got is asked for until it is known.
-- +goose Up
ALTER TABLE orders ADD COLUMN config_version int NOT NULL DEFAULT 0;
ALTER TABLE trades ADD COLUMN funded boolean NOT NULL DEFAULT true;
ALTER TABLE trades ALTER COLUMN funded SET DEFAULT false;
CREATE INDEX trades_unfunded ON trades (user_id, broker, environment) WHERE NOT funded;

-- +goose Down
DROP INDEX trades_unfunded;
ALTER TABLE trades DROP COLUMN funded;
ALTER TABLE orders DROP COLUMN config_version;
