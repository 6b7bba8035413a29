-- How many strategies a kill switch has stopped, so that its report says so for as long as it is on.
-- +goose Up
ALTER TABLE kill_switches ADD COLUMN stopped integer NOT NULL DEFAULT 0;
GRANT UPDATE (stopped) ON kill_switches TO tradebaas_app;

-- +goose Down
REVOKE UPDATE (stopped) ON kill_switches FROM tradebaas_app;
ALTER TABLE kill_switches DROP COLUMN stopped;
