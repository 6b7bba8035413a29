package simulator

import (
	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/trade"
)

// currencies are those that accounts hold, in the order in which summaries list them.
var currencies = []trade.Currency{"BTC", "ETH", "USDC"}

func knownCurrency(c trade.Currency) bool {
	for _, k := range currencies {
		if k == c {
			return true
		}
	}
	return c == "USDT" || c == "EURR"
}

// renderSummary writes one currency of an account.
func renderSummary(s core.Summary) *object {
	return newObject().str("currency", string(s.Currency)).dec("balance", s.Balance).dec("equity", s.Equity).
		dec("margin_balance", s.Equity).dec("available_funds", s.Available).dec("available_withdrawal_funds", trade.MaxDec(trade.Zero, s.Available)).
		dec("initial_margin", s.Initial).dec("maintenance_margin", s.Maintenance).dec("projected_initial_margin", s.Initial).
		dec("projected_maintenance_margin", s.Maintenance).dec("session_rpl", s.Realized).dec("session_upl", s.Open).
		dec("total_pl", s.Realized.Add(s.Open)).dec("futures_pl", s.Realized.Add(s.Open)).dec("futures_session_rpl", s.Realized).
		dec("futures_session_upl", s.Open).dec("delta_total", s.Delta).dec("projected_delta_total", s.Delta).
		dec("fee_balance", trade.Zero).dec("spot_reserve", trade.Zero).dec("additional_reserve", trade.Zero).dec("locked_balance", trade.Zero).
		dec("options_value", trade.Zero).dec("options_pl", trade.Zero).dec("options_delta", trade.Zero).dec("options_gamma", trade.Zero).
		dec("options_vega", trade.Zero).dec("options_theta", trade.Zero).dec("options_session_rpl", trade.Zero).dec("options_session_upl", trade.Zero).
		str("margin_model", "segregated_sm").bool("cross_collateral_enabled", false).bool("portfolio_margining_enabled", false)
}

func accountFields(o *object, a *core.Account) {
	o.int("id", a.ID).str("username", a.Name).str("system_name", a.Name).str("email", a.Name+"@example.com").
		str("type", "main").int("creation_timestamp", a.Created).bool("security_keys_enabled", false).
		bool("interuser_transfers_enabled", false).str("self_trading_reject_mode", "reject_taker").
		bool("self_trading_extended_to_subaccounts", false).bool("login_enabled", true).bool("mmp_enabled", false)
}

// renderLogRow writes a line of the transaction log.
func renderLogRow(a *core.Account, r core.LogRow) []byte {
	o := newObject().int("id", r.ID).int("user_seq", r.ID).int("user_id", a.ID).str("username", a.Name).str("user_role", "trader").
		int("timestamp", r.Time).str("type", r.Type).str("currency", string(r.Currency)).dec("change", r.Change).
		dec("cashflow", r.CashFlow).dec("balance", r.Balance).dec("equity", r.Equity).dec("commission", r.Commission).
		dec("interest_pl", r.Interest).dec("session_upl", trade.Zero).dec("session_rpl", trade.Zero).str("info", "")
	if i := r.Instrument; i != nil {
		o.str("instrument_name", string(i.Name)).dec("price", r.Price).str("price_currency", string(i.Quote)).
			dec("position", i.Amount(r.Position)).dec("amount", i.Amount(r.Amount)).dec("contracts", trade.NewDec(r.Amount)).
			dec("mark_price", core.Fine(r.Mark)).dec("index_price", core.Fine(r.Index))
		if r.Side != "" {
			o.str("side", r.Side)
		}
		if r.TradeID != 0 {
			o.str("trade_id", tradeID(i, r.TradeID)).str("order_id", r.Order)
		}
	}
	return o.end()
}
