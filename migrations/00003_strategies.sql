-- +goose Up

-- One strategy of one user on one market. id is
-- user:name:instrument:broker:environment, so it needs no sequence of its own.
CREATE TABLE user_strategies (
    user_id              uuid        NOT NULL,
    id                   text        NOT NULL,
    strategy_name        text        NOT NULL,
    instrument           text        NOT NULL,
    broker               text        NOT NULL,
    environment          text        NOT NULL,
    config               jsonb       NOT NULL,
    config_version       integer     NOT NULL DEFAULT 1,
    status               text        NOT NULL,
    last_action          text        NOT NULL DEFAULT '',
    auto_reconnect       boolean     NOT NULL DEFAULT true,
    paused_by_disconnect boolean     NOT NULL DEFAULT false, -- the next manual connect resumes it
    connected_at         timestamptz,
    disconnected_at      timestamptz,
    last_heartbeat       timestamptz,
    error_message        text        NOT NULL DEFAULT '',
    error_count          integer     NOT NULL DEFAULT 0,
    counters             jsonb       NOT NULL DEFAULT '{}', -- daily limits and cooldown
    created_at           timestamptz NOT NULL DEFAULT now(),
    updated_at           timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT user_strategies_pkey PRIMARY KEY (user_id, id),
    CONSTRAINT user_strategies_user_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT user_strategies_status CHECK (status IN ('active', 'paused', 'stopped', 'error')),
    CONSTRAINT user_strategies_environment CHECK (environment IN ('live', 'testnet', 'paper'))
);
-- Two strategies on one market would share one position and undo each other.
CREATE UNIQUE INDEX user_strategies_one_per_market
    ON user_strategies (user_id, broker, environment, instrument) WHERE status <> 'stopped';

-- Every version of a configuration: an open trade keeps the one it began with.
CREATE TABLE strategy_configs (
    user_id     uuid        NOT NULL,
    strategy_id text        NOT NULL,
    version     integer     NOT NULL,
    config      jsonb       NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT strategy_configs_pkey PRIMARY KEY (user_id, strategy_id, version),
    CONSTRAINT strategy_configs_strategy_fkey FOREIGN KEY (user_id, strategy_id)
        REFERENCES user_strategies (user_id, id) ON DELETE CASCADE
);

-- Why an entry was taken or refused.
CREATE TABLE decisions (
    id          uuid        NOT NULL,
    user_id     uuid        NOT NULL,
    strategy_id text        NOT NULL,
    candle_time timestamptz,
    time        timestamptz NOT NULL,
    side        text        NOT NULL DEFAULT '',
    outcome     text        NOT NULL,
    reason      text        NOT NULL DEFAULT '',
    intent      text        NOT NULL DEFAULT '',
    detail      jsonb       NOT NULL DEFAULT '{}',
    CONSTRAINT decisions_pkey PRIMARY KEY (id),
    CONSTRAINT decisions_user_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);
CREATE INDEX decisions_strategy ON decisions (user_id, strategy_id, time DESC, id DESC);

ALTER TABLE user_strategies ENABLE ROW LEVEL SECURITY;
ALTER TABLE user_strategies FORCE ROW LEVEL SECURITY;
CREATE POLICY user_strategies_own ON user_strategies TO tradebaas_app USING (user_id = app_user_id());
GRANT SELECT, INSERT, UPDATE ON user_strategies TO tradebaas_app;
-- For the boot list and the admin list: how many run, never what they are set to.
CREATE POLICY user_strategies_system ON user_strategies FOR SELECT TO tradebaas_system USING (true);
GRANT SELECT (user_id, status) ON user_strategies TO tradebaas_system;

ALTER TABLE strategy_configs ENABLE ROW LEVEL SECURITY;
ALTER TABLE strategy_configs FORCE ROW LEVEL SECURITY;
CREATE POLICY strategy_configs_own ON strategy_configs TO tradebaas_app USING (user_id = app_user_id());
GRANT SELECT, INSERT ON strategy_configs TO tradebaas_app;

ALTER TABLE decisions ENABLE ROW LEVEL SECURITY;
ALTER TABLE decisions FORCE ROW LEVEL SECURITY;
CREATE POLICY decisions_own ON decisions TO tradebaas_app USING (user_id = app_user_id());
GRANT SELECT, INSERT ON decisions TO tradebaas_app;

-- +goose Down
DROP TABLE decisions;
DROP TABLE strategy_configs;
DROP TABLE user_strategies;
