-- +goose Up

-- The tenant of the present transaction, set by set_config('app.user_id', ..., true).
-- After such a transaction the setting reads as an empty text, hence the nullif:
-- no tenant means NULL, and NULL equals no user_id.
-- +goose StatementBegin
CREATE FUNCTION app_user_id() RETURNS uuid
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN nullif(current_setting('app.user_id', true), '')::uuid;
-- +goose StatementEnd

-- The shard of a tenant, fixed for ever: tenants may one day be spread over
-- machines by it. UUIDs of users are time-ordered, so their bits are mixed first.
-- +goose StatementBegin
CREATE FUNCTION shard_of(id uuid) RETURNS smallint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (((get_byte(sha256(uuid_send(id)), 0) << 8) | get_byte(sha256(uuid_send(id)), 1)) & 4095)::smallint;
-- +goose StatementEnd

CREATE TABLE users (
    id                     uuid        NOT NULL,
    email                  text        NOT NULL,
    full_name              text        NOT NULL DEFAULT '',
    password_hash          text        NOT NULL,
    is_admin               boolean     NOT NULL DEFAULT false,
    is_active              boolean     NOT NULL DEFAULT true,
    disclaimer_accepted    boolean     NOT NULL DEFAULT false,
    disclaimer_accepted_at timestamptz,
    shard                  smallint    NOT NULL GENERATED ALWAYS AS (shard_of(id)) STORED,
    created_at             timestamptz NOT NULL DEFAULT now(),
    last_login             timestamptz,
    CONSTRAINT users_pkey PRIMARY KEY (id),
    -- One account per address, however it is typed.
    CONSTRAINT users_email_key UNIQUE (email),
    CONSTRAINT users_email_lower CHECK (email = lower(email) AND length(email) BETWEEN 3 AND 255),
    -- Trading needs the disclaimer; when it was accepted must be known.
    CONSTRAINT users_disclaimer_time CHECK (NOT disclaimer_accepted OR disclaimer_accepted_at IS NOT NULL)
);

-- One row per signed-in device. Its refresh tokens are one family.
CREATE TABLE sessions (
    id           uuid        NOT NULL,
    user_id      uuid        NOT NULL,
    device       text        NOT NULL DEFAULT '',
    address      text        NOT NULL DEFAULT '',
    created_at   timestamptz NOT NULL,
    last_used_at timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL,
    revoked_at   timestamptz,
    CONSTRAINT sessions_pkey PRIMARY KEY (id),
    CONSTRAINT sessions_user_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT sessions_device_length CHECK (length(device) <= 255)
);
CREATE INDEX sessions_user ON sessions (user_id, last_used_at DESC) WHERE revoked_at IS NULL;

-- Only hashes: who reads this table can sign in as nobody.
CREATE TABLE refresh_tokens (
    hash       bytea       NOT NULL,
    user_id    uuid        NOT NULL,
    session_id uuid        NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at    timestamptz,
    used_by    bytea, -- fingerprint of the client that swapped it
    CONSTRAINT refresh_tokens_pkey PRIMARY KEY (hash),
    CONSTRAINT refresh_tokens_hash_length CHECK (length(hash) = 32),
    CONSTRAINT refresh_tokens_used_by_whom CHECK ((used_at IS NULL) = (used_by IS NULL)),
    CONSTRAINT refresh_tokens_user_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT refresh_tokens_session_fkey FOREIGN KEY (session_id) REFERENCES sessions (id) ON DELETE CASCADE
);
CREATE INDEX refresh_tokens_session ON refresh_tokens (session_id);

-- What people did. It outlives its users, so user_id refers to nothing.
CREATE TABLE audit_log (
    id      bigint      NOT NULL GENERATED ALWAYS AS IDENTITY,
    user_id uuid,
    actor   uuid,
    action  text        NOT NULL,
    subject text        NOT NULL DEFAULT '',
    address text        NOT NULL DEFAULT '',
    request text        NOT NULL DEFAULT '',
    at      timestamptz NOT NULL,
    detail  jsonb       NOT NULL DEFAULT '{}',
    CONSTRAINT audit_log_pkey PRIMARY KEY (id)
);
CREATE INDEX audit_log_user ON audit_log (user_id, at DESC);

-- Row-level security is the second line behind the WHERE of every statement.
-- FORCE: it holds for the owner of the tables as well.
ALTER TABLE users ENABLE ROW LEVEL SECURITY;
ALTER TABLE users FORCE ROW LEVEL SECURITY;
CREATE POLICY users_own ON users TO tradebaas_app USING (id = app_user_id());
GRANT SELECT, UPDATE ON users TO tradebaas_app;
CREATE POLICY users_system ON users TO tradebaas_system USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON users TO tradebaas_system;

ALTER TABLE sessions ENABLE ROW LEVEL SECURITY;
ALTER TABLE sessions FORCE ROW LEVEL SECURITY;
CREATE POLICY sessions_own ON sessions TO tradebaas_app USING (user_id = app_user_id());
GRANT SELECT, INSERT, UPDATE ON sessions TO tradebaas_app;
CREATE POLICY sessions_system ON sessions TO tradebaas_system USING (true);
GRANT SELECT, UPDATE ON sessions TO tradebaas_system;

ALTER TABLE refresh_tokens ENABLE ROW LEVEL SECURITY;
ALTER TABLE refresh_tokens FORCE ROW LEVEL SECURITY;
CREATE POLICY refresh_tokens_own ON refresh_tokens TO tradebaas_app USING (user_id = app_user_id());
GRANT SELECT, INSERT ON refresh_tokens TO tradebaas_app;
CREATE POLICY refresh_tokens_system ON refresh_tokens TO tradebaas_system USING (true);
GRANT SELECT, INSERT, UPDATE ON refresh_tokens TO tradebaas_system;

-- Entries are added, never changed: nobody has UPDATE or DELETE.
ALTER TABLE audit_log ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_log FORCE ROW LEVEL SECURITY;
CREATE POLICY audit_log_own ON audit_log TO tradebaas_app USING (user_id = app_user_id());
GRANT SELECT, INSERT ON audit_log TO tradebaas_app;
CREATE POLICY audit_log_system ON audit_log TO tradebaas_system USING (true);
GRANT SELECT, INSERT ON audit_log TO tradebaas_system;

-- +goose Down
DROP TABLE audit_log;
DROP TABLE refresh_tokens;
DROP TABLE sessions;
DROP TABLE users;
DROP FUNCTION shard_of(uuid);
DROP FUNCTION app_user_id();
