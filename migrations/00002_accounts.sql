-- +goose Up

-- Each user's data key, wrapped by the installation's master key.
CREATE TABLE user_keys (
    user_id    uuid        NOT NULL,
    wrapped    bytea       NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT user_keys_pkey PRIMARY KEY (user_id),
    CONSTRAINT user_keys_user_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);

-- Exchange keys. Each sealed field is a version byte, a nonce and ciphertext that
-- opens only for its own user, broker, environment and purpose.
CREATE TABLE user_credentials (
    id                   uuid        NOT NULL,
    user_id              uuid        NOT NULL,
    broker               text        NOT NULL,
    environment          text        NOT NULL,
    api_key_encrypted    bytea       NOT NULL,
    api_secret_encrypted bytea       NOT NULL,
    last_four            text        NOT NULL,
    verified             boolean     NOT NULL DEFAULT false,
    granted              jsonb       NOT NULL DEFAULT '{}', -- what the exchange said of the key
    created_at           timestamptz NOT NULL DEFAULT now(),
    last_used            timestamptz,
    CONSTRAINT user_credentials_pkey PRIMARY KEY (id),
    CONSTRAINT user_credentials_user_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    -- One key per exchange account slot; a new one replaces it.
    CONSTRAINT user_credentials_slot_key UNIQUE (user_id, broker, environment),
    CONSTRAINT user_credentials_environment CHECK (environment IN ('live', 'testnet', 'paper')),
    -- Enough to recognise a key by, not enough to guess it.
    CONSTRAINT user_credentials_last_four CHECK (length(last_four) <= 4)
);

-- A user's will for, and last news of, the link to one exchange account.
CREATE TABLE connections (
    user_id          uuid        NOT NULL,
    broker           text        NOT NULL,
    environment      text        NOT NULL,
    wanted           boolean     NOT NULL DEFAULT false,
    last_action      text        NOT NULL DEFAULT '',
    is_connected     boolean     NOT NULL DEFAULT false,
    exchange_account text,
    connected_at     timestamptz,
    disconnected_at  timestamptz,
    last_error       text        NOT NULL DEFAULT '',
    -- Whether an order or a round trip is not finished: kept by each commit, so that
    -- the list of users to wake at start can be read without seeing an order.
    unfinished       boolean     NOT NULL DEFAULT false,
    updated_at       timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT connections_pkey PRIMARY KEY (user_id, broker, environment),
    CONSTRAINT connections_user_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT connections_environment CHECK (environment IN ('live', 'testnet', 'paper')),
    -- Two owners of one exchange account would fight over its orders.
    CONSTRAINT connections_exchange_account_key UNIQUE (broker, environment, exchange_account)
);
CREATE INDEX connections_boot ON connections (user_id) WHERE wanted OR unfinished;

-- How far the fills of an instrument have been read.
CREATE TABLE fill_cursors (
    user_id     uuid        NOT NULL,
    broker      text        NOT NULL,
    environment text        NOT NULL,
    instrument  text        NOT NULL,
    seq         bigint      NOT NULL,
    time        timestamptz NOT NULL,
    CONSTRAINT fill_cursors_pkey PRIMARY KEY (user_id, broker, environment, instrument),
    CONSTRAINT fill_cursors_user_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);

-- What an account was worth, for the equity curve.
CREATE TABLE equity_points (
    user_id     uuid        NOT NULL,
    broker      text        NOT NULL,
    environment text        NOT NULL,
    currency    text        NOT NULL,
    time        timestamptz NOT NULL,
    equity      numeric     NOT NULL,
    CONSTRAINT equity_points_pkey PRIMARY KEY (user_id, broker, environment, currency, time),
    CONSTRAINT equity_points_user_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);

-- The system role gets nothing here but the two flags of the boot list and the
-- admin list: no ciphertext, no account numbers.
ALTER TABLE user_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE user_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY user_keys_own ON user_keys TO tradebaas_app USING (user_id = app_user_id());
GRANT SELECT, INSERT ON user_keys TO tradebaas_app;

ALTER TABLE user_credentials ENABLE ROW LEVEL SECURITY;
ALTER TABLE user_credentials FORCE ROW LEVEL SECURITY;
CREATE POLICY user_credentials_own ON user_credentials TO tradebaas_app USING (user_id = app_user_id());
GRANT SELECT, INSERT, UPDATE, DELETE ON user_credentials TO tradebaas_app;

ALTER TABLE connections ENABLE ROW LEVEL SECURITY;
ALTER TABLE connections FORCE ROW LEVEL SECURITY;
CREATE POLICY connections_own ON connections TO tradebaas_app USING (user_id = app_user_id());
GRANT SELECT, INSERT, UPDATE ON connections TO tradebaas_app;
CREATE POLICY connections_system ON connections FOR SELECT TO tradebaas_system USING (true);
GRANT SELECT (user_id, wanted, unfinished) ON connections TO tradebaas_system;

ALTER TABLE fill_cursors ENABLE ROW LEVEL SECURITY;
ALTER TABLE fill_cursors FORCE ROW LEVEL SECURITY;
CREATE POLICY fill_cursors_own ON fill_cursors TO tradebaas_app USING (user_id = app_user_id());
GRANT SELECT, INSERT, UPDATE ON fill_cursors TO tradebaas_app;

ALTER TABLE equity_points ENABLE ROW LEVEL SECURITY;
ALTER TABLE equity_points FORCE ROW LEVEL SECURITY;
CREATE POLICY equity_points_own ON equity_points TO tradebaas_app USING (user_id = app_user_id());
GRANT SELECT, INSERT ON equity_points TO tradebaas_app;

-- +goose Down
DROP TABLE equity_points;
DROP TABLE fill_cursors;
DROP TABLE connections;
DROP TABLE user_credentials;
DROP TABLE user_keys;
