-- Rows as the first version left them when it was killed: an open trade with its bracket, a finished
-- one, how far fills were read, counters and limits. This file is never edited; what a new version
-- cannot read of it, it has broken.
INSERT INTO users (id, email, full_name, password_hash, disclaimer_accepted, disclaimer_accepted_at)
VALUES ('7b6f5d0e-3a0c-4a53-9b2f-0f4f6f1b2c3d', 'first@example.com', 'N. N.', 'hash', true, '2026-11-20T09:00:00Z');
INSERT INTO connections (user_id, broker, environment, wanted, last_action, unfinished)
VALUES ('7b6f5d0e-3a0c-4a53-9b2f-0f4f6f1b2c3d', 'deribit', 'paper', true, 'manual_connect', true);
INSERT INTO user_strategies (user_id, id, strategy_name, instrument, broker, environment, config, config_version, status, last_action, counters)
VALUES ('7b6f5d0e-3a0c-4a53-9b2f-0f4f6f1b2c3d', '7b6f5d0e-3a0c-4a53-9b2f-0f4f6f1b2c3d:Razor:BTC_USDC-PERPETUAL:deribit:paper', 'Razor',
	'BTC_USDC-PERPETUAL', 'deribit', 'paper', '{"preset": "original"}', 2, 'active', 'manual_start',
	'{"day": "2026-11-24", "tradesToday": 2, "lossToday": "3.25", "cooldownUntil": "2026-11-24T10:15:00Z", "lastCandle": "2026-11-24T09:59:00Z", "totalTrades": 12}');
INSERT INTO orders (id, user_id, broker, environment, strategy_id, intent, role, epoch, candle_time, label, instrument, side, type, amount, price,
	trigger_price, reduce_only, valid_until, state, reason, venue_order_id, filled, average_price, created_at, updated_at)
VALUES
	('5b1c33a4-0f3e-8a11-9c55-3d6f1f6e0001', '7b6f5d0e-3a0c-4a53-9b2f-0f4f6f1b2c3d', 'deribit', 'paper',
		'7b6f5d0e-3a0c-4a53-9b2f-0f4f6f1b2c3d:Razor:BTC_USDC-PERPETUAL:deribit:paper', '00000000000000000000000000000abc', 'entry', 3,
		'2026-11-24T09:59:00Z', 'tb-home-3-00000000000000000000000000000abc-e', 'BTC_USDC-PERPETUAL', 'buy', 'market', 0.01, 0, 0, false,
		'2026-11-24T10:00:05Z', 'filled', '', 'USDC-1001', 0.01, 50000, '2026-11-24T10:00:00Z', '2026-11-24T10:00:00.2Z'),
	('5b1c33a4-0f3e-8a11-9c55-3d6f1f6e0002', '7b6f5d0e-3a0c-4a53-9b2f-0f4f6f1b2c3d', 'deribit', 'paper',
		'7b6f5d0e-3a0c-4a53-9b2f-0f4f6f1b2c3d:Razor:BTC_USDC-PERPETUAL:deribit:paper', '00000000000000000000000000000abc', 'stop', 3,
		NULL, 'tb-home-3-00000000000000000000000000000abc-s', 'BTC_USDC-PERPETUAL', 'sell', 'stop_market', 0.01, 0, 49500, true,
		NULL, 'open', '', 'USDC-SLMS-1002', 0, 0, '2026-11-24T10:00:00Z', '2026-11-24T10:00:00.3Z'),
	('5b1c33a4-0f3e-8a11-9c55-3d6f1f6e0003', '7b6f5d0e-3a0c-4a53-9b2f-0f4f6f1b2c3d', 'deribit', 'paper',
		'7b6f5d0e-3a0c-4a53-9b2f-0f4f6f1b2c3d:Razor:BTC_USDC-PERPETUAL:deribit:paper', '00000000000000000000000000000abc', 'target', 3,
		NULL, 'tb-home-3-00000000000000000000000000000abc-t', 'BTC_USDC-PERPETUAL', 'sell', 'limit', 0.01, 50700, 0, true,
		NULL, 'open', '', 'USDC-1003', 0, 0, '2026-11-24T10:00:00Z', '2026-11-24T10:00:00.3Z');
INSERT INTO fills (user_id, broker, environment, venue_trade_id, seq, venue_order_id, label, instrument, side, price, amount, fee, fee_currency,
	profit_loss, index_price, maker, liquidation, time)
VALUES ('7b6f5d0e-3a0c-4a53-9b2f-0f4f6f1b2c3d', 'deribit', 'paper', 'USDC-77', 2001, 'USDC-1001', 'tb-home-3-00000000000000000000000000000abc-e',
	'BTC_USDC-PERPETUAL', 'buy', 50000, 0.01, 0.175, 'USDC', 0, 49998.5, false, false, '2026-11-24T10:00:00.1Z');
INSERT INTO trades (id, user_id, broker, environment, strategy_id, strategy_name, intent, config_version, instrument, side, entry_order_id, sl_order_id,
	tp_order_id, entry_price, exit_price, amount, open_amount, stop_loss, take_profit, entry_time, exit_time, exit_reason, pnl, fees, funding, net, currency, status)
VALUES
	('5b1c33a4-0f3e-8a11-9c55-3d6f1f6e00a1', '7b6f5d0e-3a0c-4a53-9b2f-0f4f6f1b2c3d', 'deribit', 'paper',
		'7b6f5d0e-3a0c-4a53-9b2f-0f4f6f1b2c3d:Razor:BTC_USDC-PERPETUAL:deribit:paper', 'Razor', '00000000000000000000000000000abc', 2, 'BTC_USDC-PERPETUAL', 'buy',
		'USDC-1001', 'USDC-SLMS-1002', 'USDC-1003', 50000, NULL, 0.01, 0.01, 49500, 50700, '2026-11-24T10:00:00.1Z', NULL, '', 0, 0.175, 0, -0.175, 'USDC', 'open'),
	('5b1c33a4-0f3e-8a11-9c55-3d6f1f6e00a2', '7b6f5d0e-3a0c-4a53-9b2f-0f4f6f1b2c3d', 'deribit', 'paper',
		'7b6f5d0e-3a0c-4a53-9b2f-0f4f6f1b2c3d:Razor:BTC_USDC-PERPETUAL:deribit:paper', 'Razor', '00000000000000000000000000000aba', 1, 'BTC_USDC-PERPETUAL', 'sell',
		'USDC-901', 'USDC-SLMB-902', 'USDC-903', 50300, 50100, 0.01, 0, 50800, 49600, '2026-11-24T09:00:00Z', '2026-11-24T09:20:00Z', 'manual', 2, 0.35, 0.01, 1.66, 'USDC', 'closed');
UPDATE trades SET funded = true WHERE status = 'closed'; -- what the eighth migration did to them
INSERT INTO fill_cursors (user_id, broker, environment, instrument, seq, time)
VALUES ('7b6f5d0e-3a0c-4a53-9b2f-0f4f6f1b2c3d', 'deribit', 'paper', 'BTC_USDC-PERPETUAL', 1990, '2026-11-24T09:20:00Z');
INSERT INTO risk_limits (user_id, limits) VALUES ('7b6f5d0e-3a0c-4a53-9b2f-0f4f6f1b2c3d', '{"maxOpenTrades": 2, "maxDailyLoss": "50", "maxLeverage": "3"}');
