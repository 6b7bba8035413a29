-- A stop that also closes is carried through whatever ends between its answer and the exit order, no
-- entry is stored for a strategy that does not run, and a loss by the user's own hand counts once.
-- +goose Up
ALTER TABLE user_strategies ADD COLUMN closing boolean NOT NULL DEFAULT false; -- what it holds is wanted closed

-- Fails with TB003 when the strategy is known and not active. The lock makes a stop wait for the entry,
-- or the entry for the stop: whoever commits first has won.
-- +goose StatementBegin
CREATE FUNCTION assert_active(whose uuid, strategy text) RETURNS void
    LANGUAGE plpgsql AS $$
DECLARE
    now_is text;
BEGIN
    SELECT status INTO now_is FROM user_strategies WHERE user_id = whose AND id = strategy FOR NO KEY UPDATE;
    IF now_is <> 'active' THEN
        RAISE EXCEPTION 'strategy % is %', strategy, now_is USING ERRCODE = 'TB003';
    END IF;
END $$;
-- +goose StatementEnd

-- Up to when fills of orders that are not ours are counted in the day: those are not stored, and
-- may be told again after a restart.
ALTER TABLE account_days ADD COLUMN counted_until timestamptz;

-- +goose Down
ALTER TABLE account_days DROP COLUMN counted_until;
DROP FUNCTION assert_active(uuid, text);
ALTER TABLE user_strategies DROP COLUMN closing;
