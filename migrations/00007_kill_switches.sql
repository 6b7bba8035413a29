-- +goose Up

-- Emergency stops that are on: of a user's whole account, of one connection, or of
-- one strategy. What does not narrow the scope is empty. A row stays until its user
-- resets it; the audit log remembers both.
CREATE TABLE kill_switches (
    user_id     uuid        NOT NULL,
    broker      text        NOT NULL DEFAULT '',
    environment text        NOT NULL DEFAULT '',
    strategy_id text        NOT NULL DEFAULT '',
    engaged_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT kill_switches_pkey PRIMARY KEY (user_id, broker, environment, strategy_id),
    CONSTRAINT kill_switches_user_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT kill_switches_scope CHECK ((broker = '') = (environment = '') AND (strategy_id = '' OR broker <> ''))
);
ALTER TABLE kill_switches ENABLE ROW LEVEL SECURITY;
ALTER TABLE kill_switches FORCE ROW LEVEL SECURITY;
CREATE POLICY kill_switches_own ON kill_switches TO tradebaas_app USING (user_id = app_user_id());
GRANT SELECT, INSERT, DELETE ON kill_switches TO tradebaas_app;

-- Since when an administrator has halted the server, and whether everything is to be closed.
ALTER TABLE server ADD COLUMN halted_at timestamptz;
ALTER TABLE server ADD COLUMN halt_closes boolean NOT NULL DEFAULT false;

-- +goose Down
ALTER TABLE server DROP COLUMN halt_closes;
ALTER TABLE server DROP COLUMN halted_at;
DROP TABLE kill_switches;
