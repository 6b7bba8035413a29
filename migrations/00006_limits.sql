-- +goose Up

-- Ceilings on what may be held and done: of a user, of one connection, or of one
-- strategy. What does not narrow the scope is empty.
CREATE TABLE risk_limits (
    user_id     uuid        NOT NULL,
    broker      text        NOT NULL DEFAULT '',
    environment text        NOT NULL DEFAULT '',
    strategy_id text        NOT NULL DEFAULT '',
    limits      jsonb       NOT NULL,
    updated_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT risk_limits_pkey PRIMARY KEY (user_id, broker, environment, strategy_id),
    CONSTRAINT risk_limits_user_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT risk_limits_scope CHECK ((broker = '') = (environment = '') AND (strategy_id = '' OR broker <> ''))
);
ALTER TABLE risk_limits ENABLE ROW LEVEL SECURITY;
ALTER TABLE risk_limits FORCE ROW LEVEL SECURITY;
CREATE POLICY risk_limits_own ON risk_limits TO tradebaas_app USING (user_id = app_user_id());
GRANT SELECT, INSERT, UPDATE ON risk_limits TO tradebaas_app;

-- The ceilings of the whole server, set by an administrator.
ALTER TABLE server ADD COLUMN limits jsonb NOT NULL DEFAULT '{}';

-- What an account gained and lost on a UTC day; the newest day limits what it may lose.
CREATE TABLE account_days (
    user_id     uuid    NOT NULL,
    broker      text    NOT NULL,
    environment text    NOT NULL,
    currency    text    NOT NULL,
    day         date    NOT NULL,
    realised    numeric NOT NULL, -- closed profit less fees, with funding
    began       numeric NOT NULL, -- open profit when the day was first looked at
    CONSTRAINT account_days_pkey PRIMARY KEY (user_id, broker, environment, currency, day),
    CONSTRAINT account_days_user_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);
ALTER TABLE account_days ENABLE ROW LEVEL SECURITY;
ALTER TABLE account_days FORCE ROW LEVEL SECURITY;
CREATE POLICY account_days_own ON account_days TO tradebaas_app USING (user_id = app_user_id());
GRANT SELECT, INSERT, UPDATE ON account_days TO tradebaas_app;

CREATE INDEX orders_entries ON orders (user_id, broker, environment, created_at DESC) WHERE role = 'entry';

-- +goose Down
DROP INDEX orders_entries;
DROP TABLE account_days;
ALTER TABLE server DROP COLUMN limits;
DROP TABLE risk_limits;
