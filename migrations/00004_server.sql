-- +goose Up

-- The installation itself: exactly one row. The id goes into every order label,
-- so that two installations on one exchange account know their own orders apart.
CREATE TABLE server (
    singleton    boolean NOT NULL DEFAULT true,
    installation text    NOT NULL DEFAULT substr(md5(gen_random_uuid()::text), 1, 8),
    epoch        bigint  NOT NULL DEFAULT 0,
    CONSTRAINT server_pkey PRIMARY KEY (singleton),
    CONSTRAINT server_one_row CHECK (singleton)
);
INSERT INTO server DEFAULT VALUES;
-- Any role may read the epoch; only a server that takes over moves it.
GRANT SELECT, UPDATE ON server TO tradebaas_system;
GRANT SELECT ON server TO tradebaas_app;

-- Fails with TB001 when the epoch is no longer the caller's. The shared lock lasts
-- to the end of the transaction and makes a server that takes over wait for it, so
-- that no commit of an older epoch can follow the newer epoch's first read.
-- +goose StatementBegin
CREATE FUNCTION assert_epoch(mine bigint) RETURNS void
    LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock_shared(7236837200000002);
    IF NOT EXISTS (SELECT FROM server WHERE epoch = mine) THEN
        RAISE EXCEPTION 'epoch % is over', mine USING ERRCODE = 'TB001';
    END IF;
END $$;
-- +goose StatementEnd

-- Commands by their Idempotency-Key: the same key has one effect and one answer.
CREATE TABLE idempotency_keys (
    user_id    uuid        NOT NULL,
    route      text        NOT NULL,
    key        text        NOT NULL,
    body_hash  bytea       NOT NULL,
    claimed_at timestamptz NOT NULL,
    status     integer,    -- NULL while the command is in flight
    answer     bytea,
    CONSTRAINT idempotency_keys_pkey PRIMARY KEY (user_id, route, key),
    CONSTRAINT idempotency_keys_user_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT idempotency_keys_length CHECK (length(key) BETWEEN 1 AND 128)
);
ALTER TABLE idempotency_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE idempotency_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY idempotency_keys_own ON idempotency_keys TO tradebaas_app USING (user_id = app_user_id());
GRANT SELECT, INSERT, UPDATE, DELETE ON idempotency_keys TO tradebaas_app;

-- +goose Down
DROP TABLE idempotency_keys;
DROP FUNCTION assert_epoch(bigint);
DROP TABLE server;
