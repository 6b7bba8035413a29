-- What a page lists of a user's doings is read newest first.
-- +goose Up
CREATE INDEX trades_exits ON trades (user_id, exit_time DESC) WHERE status = 'closed';
CREATE INDEX decisions_refused ON decisions (user_id, time DESC) WHERE outcome <> 'taken';

-- +goose Down
DROP INDEX decisions_refused;
DROP INDEX trades_exits;
