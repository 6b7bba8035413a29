-- +goose Up

-- Every order of ours, committed before it is sent.
CREATE TABLE orders (
    id             uuid        NOT NULL,
    user_id        uuid        NOT NULL,
    broker         text        NOT NULL,
    environment    text        NOT NULL,
    strategy_id    text        NOT NULL DEFAULT '',
    intent         text        NOT NULL,
    role           text        NOT NULL,
    epoch          bigint      NOT NULL, -- of the server that meant it
    candle_time    timestamptz,          -- open time of the deciding candle; entries only
    label          text        NOT NULL,
    instrument     text        NOT NULL,
    side           text        NOT NULL,
    type           text        NOT NULL,
    amount         numeric     NOT NULL,
    price          numeric     NOT NULL, -- 0 for market orders
    trigger_price  numeric     NOT NULL, -- 0 without one
    reduce_only    boolean     NOT NULL,
    valid_until    timestamptz,
    state          text        NOT NULL,
    reason         text        NOT NULL DEFAULT '',
    venue_order_id text        NOT NULL DEFAULT '',
    filled         numeric     NOT NULL,
    average_price  numeric     NOT NULL,
    created_at     timestamptz NOT NULL,
    updated_at     timestamptz NOT NULL,
    CONSTRAINT orders_pkey PRIMARY KEY (id),
    CONSTRAINT orders_user_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    -- The exchange finds orders by label but does not keep labels apart; we do.
    CONSTRAINT orders_label_key UNIQUE (user_id, broker, environment, label),
    CONSTRAINT orders_label_length CHECK (length(label) BETWEEN 1 AND 64),
    CONSTRAINT orders_role CHECK (role IN ('entry', 'stop', 'target', 'exit')),
    CONSTRAINT orders_side CHECK (side IN ('buy', 'sell')),
    CONSTRAINT orders_state CHECK (state IN
        ('intended', 'sent', 'unknown', 'dormant', 'open', 'filled', 'cancelled', 'rejected', 'expired')),
    -- Only an entry may open a position: all else can but reduce it.
    CONSTRAINT orders_reduce_only CHECK (role = 'entry' OR reduce_only)
);
-- One candle gives a strategy at most one entry per side, whatever restarts.
CREATE UNIQUE INDEX orders_one_intent_per_candle
    ON orders (user_id, strategy_id, candle_time, side) WHERE role = 'entry' AND candle_time IS NOT NULL;
CREATE INDEX orders_unfinished ON orders (user_id, broker, environment)
    WHERE state NOT IN ('filled', 'cancelled', 'rejected', 'expired');
CREATE INDEX orders_intent ON orders (user_id, broker, environment, intent);

-- Each state an order went through.
CREATE TABLE order_events (
    id       bigint      NOT NULL GENERATED ALWAYS AS IDENTITY,
    user_id  uuid        NOT NULL,
    order_id uuid        NOT NULL,
    state    text        NOT NULL,
    reason   text        NOT NULL DEFAULT '',
    filled   numeric     NOT NULL,
    time     timestamptz NOT NULL,
    CONSTRAINT order_events_pkey PRIMARY KEY (id),
    CONSTRAINT order_events_user_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT order_events_order_fkey FOREIGN KEY (order_id) REFERENCES orders (id) ON DELETE CASCADE
);
CREATE INDEX order_events_order ON order_events (order_id, id);

-- A finished order stays finished: a late or repeated message must not revive it.
-- +goose StatementBegin
CREATE FUNCTION guard_order_state() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.state IN ('filled', 'cancelled', 'rejected', 'expired') AND NEW.state <> OLD.state THEN
        RAISE EXCEPTION 'order % is %, it cannot become %', OLD.id, OLD.state, NEW.state USING ERRCODE = 'TB002';
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER orders_guard_state BEFORE UPDATE ON orders
    FOR EACH ROW EXECUTE FUNCTION guard_order_state();

-- +goose StatementBegin
CREATE FUNCTION note_order_event() RETURNS trigger
    LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' OR NEW.state <> OLD.state THEN
        INSERT INTO order_events (user_id, order_id, state, reason, filled, time)
        VALUES (NEW.user_id, NEW.id, NEW.state, NEW.reason, NEW.filled, NEW.updated_at);
    END IF;
    RETURN NULL;
END $$;
-- +goose StatementEnd
CREATE TRIGGER orders_note_event AFTER INSERT OR UPDATE ON orders
    FOR EACH ROW EXECUTE FUNCTION note_order_event();

-- Executions, with the exchange's own figures.
CREATE TABLE fills (
    user_id        uuid        NOT NULL,
    broker         text        NOT NULL,
    environment    text        NOT NULL,
    venue_trade_id text        NOT NULL,
    seq            bigint      NOT NULL,
    venue_order_id text        NOT NULL,
    label          text        NOT NULL,
    instrument     text        NOT NULL,
    side           text        NOT NULL,
    price          numeric     NOT NULL,
    amount         numeric     NOT NULL,
    fee            numeric     NOT NULL, -- negative is a rebate
    fee_currency   text        NOT NULL,
    profit_loss    numeric     NOT NULL,
    index_price    numeric     NOT NULL,
    maker          boolean     NOT NULL,
    liquidation    boolean     NOT NULL,
    time           timestamptz NOT NULL,
    -- The exchange may tell a fill twice, live and in the history: it counts once.
    CONSTRAINT fills_pkey PRIMARY KEY (user_id, broker, environment, venue_trade_id),
    CONSTRAINT fills_user_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT fills_amount CHECK (amount > 0)
);

-- Round trips: from flat through a position and back to flat.
CREATE TABLE trades (
    id              uuid        NOT NULL,
    user_id         uuid        NOT NULL,
    broker          text        NOT NULL,
    environment     text        NOT NULL,
    strategy_id     text        NOT NULL DEFAULT '',
    strategy_name   text        NOT NULL DEFAULT '',
    intent          text        NOT NULL DEFAULT '',
    config_version  integer     NOT NULL DEFAULT 0,
    instrument      text        NOT NULL,
    side            text        NOT NULL,
    entry_order_id  text        NOT NULL DEFAULT '',
    sl_order_id     text        NOT NULL DEFAULT '',
    tp_order_id     text        NOT NULL DEFAULT '',
    entry_price     numeric     NOT NULL,
    exit_price      numeric,
    amount          numeric     NOT NULL, -- the largest size held
    open_amount     numeric     NOT NULL, -- the size held now
    stop_loss       numeric     NOT NULL,
    take_profit     numeric     NOT NULL,
    break_even_done boolean     NOT NULL DEFAULT false,
    entry_time      timestamptz NOT NULL,
    exit_time       timestamptz,
    exit_reason     text        NOT NULL DEFAULT '',
    pnl             numeric     NOT NULL, -- without fees and funding
    fees            numeric     NOT NULL,
    funding         numeric     NOT NULL,
    net             numeric     NOT NULL,
    currency        text        NOT NULL,
    status          text        NOT NULL,
    CONSTRAINT trades_pkey PRIMARY KEY (id),
    CONSTRAINT trades_user_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE,
    CONSTRAINT trades_status CHECK (status IN ('open', 'closed')),
    CONSTRAINT trades_side CHECK (side IN ('buy', 'sell')),
    -- A closed round trip is flat and says when and why it ended.
    CONSTRAINT trades_closed_is_flat CHECK (
        status = 'open' OR (open_amount = 0 AND exit_time IS NOT NULL AND exit_reason <> ''))
);
CREATE INDEX trades_open ON trades (user_id, broker, environment) WHERE status = 'open';
CREATE INDEX trades_history ON trades (user_id, entry_time DESC, id DESC);

-- What reconciliation found and put right.
CREATE TABLE repairs (
    id          uuid        NOT NULL,
    user_id     uuid        NOT NULL,
    broker      text        NOT NULL,
    environment text        NOT NULL,
    time        timestamptz NOT NULL,
    instrument  text        NOT NULL DEFAULT '',
    kind        text        NOT NULL,
    message     text        NOT NULL,
    CONSTRAINT repairs_pkey PRIMARY KEY (id),
    CONSTRAINT repairs_user_fkey FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE
);
CREATE INDEX repairs_history ON repairs (user_id, time DESC, id DESC);

-- The system role sees none of these tables.
ALTER TABLE orders ENABLE ROW LEVEL SECURITY;
ALTER TABLE orders FORCE ROW LEVEL SECURITY;
CREATE POLICY orders_own ON orders TO tradebaas_app USING (user_id = app_user_id());
GRANT SELECT, INSERT, UPDATE ON orders TO tradebaas_app;

ALTER TABLE order_events ENABLE ROW LEVEL SECURITY;
ALTER TABLE order_events FORCE ROW LEVEL SECURITY;
CREATE POLICY order_events_own ON order_events TO tradebaas_app USING (user_id = app_user_id());
GRANT SELECT, INSERT ON order_events TO tradebaas_app;

ALTER TABLE fills ENABLE ROW LEVEL SECURITY;
ALTER TABLE fills FORCE ROW LEVEL SECURITY;
CREATE POLICY fills_own ON fills TO tradebaas_app USING (user_id = app_user_id());
GRANT SELECT, INSERT ON fills TO tradebaas_app;

ALTER TABLE trades ENABLE ROW LEVEL SECURITY;
ALTER TABLE trades FORCE ROW LEVEL SECURITY;
CREATE POLICY trades_own ON trades TO tradebaas_app USING (user_id = app_user_id());
GRANT SELECT, INSERT, UPDATE ON trades TO tradebaas_app;

ALTER TABLE repairs ENABLE ROW LEVEL SECURITY;
ALTER TABLE repairs FORCE ROW LEVEL SECURITY;
CREATE POLICY repairs_own ON repairs TO tradebaas_app USING (user_id = app_user_id());
GRANT SELECT, INSERT ON repairs TO tradebaas_app;

-- +goose Down
DROP TABLE repairs;
DROP TABLE trades;
DROP TABLE fills;
DROP TABLE order_events;
DROP TABLE orders;
DROP FUNCTION note_order_event();
DROP FUNCTION guard_order_state();
