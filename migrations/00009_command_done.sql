-- +goose Up

-- Whether the command was carried out, noted in its own transaction: a server that
-- dies before it has answered leaves no doubt whether it may be carried out again.
ALTER TABLE idempotency_keys ADD COLUMN done boolean NOT NULL DEFAULT false;

-- +goose Down
ALTER TABLE idempotency_keys DROP COLUMN done;
