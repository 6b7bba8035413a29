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

// marginModel is the only one here: each currency by itself, standard margin.
const marginModel = "segregated_sm"

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
		str("margin_model", marginModel).bool("cross_collateral_enabled", false).bool("portfolio_margining_enabled", false)
}

func accountFields(o *object, a *core.Account) {
	o.int("id", a.ID).str("username", a.Name).str("system_name", a.Name).str("email", a.Name+"@example.com").
		str("type", "main").int("creation_timestamp", a.Created).bool("security_keys_enabled", false).
		bool("interuser_transfers_enabled", false).str("self_trading_reject_mode", a.SelfTradingMode()).
		bool("self_trading_extended_to_subaccounts", false).bool("login_enabled", true).bool("mmp_enabled", false)
}

// renderExposure adds what a currency's positions come to by index, and where they would be
// liquidated as a fraction of it.
func renderExposure(o *object, positions []core.PositionView) {
	delta, ratios, ratio := newObject(), newObject(), trade.Zero
	indices := []string{}
	byIndex := map[string]trade.Dec{}
	for _, v := range positions {
		index := v.Market.Instrument.PriceIndex
		if _, known := byIndex[index]; !known {
			indices = append(indices, index)
		}
		byIndex[index] = byIndex[index].Add(v.Coins)
		if len(positions) == 1 {
			ratio = v.Liquidation.Div(v.Market.IndexPrice()).Round(8)
			ratios.dec(index, ratio)
		}
	}
	for _, index := range indices {
		delta.dec(index, byIndex[index])
	}
	o.raw("delta_total_map", delta.end()).dec("estimated_liquidation_ratio", ratio).raw("estimated_liquidation_ratio_map", ratios.end())
	for _, name := range []string{"options_gamma_map", "options_theta_map", "options_vega_map"} {
		o.raw(name, []byte("{}"))
	}
}

// renderFees gives the fees of each index of a currency.
func renderFees(x *core.Exchange, cur trade.Currency) []byte {
	o := newObject()
	for _, m := range x.Markets {
		if i := m.Instrument; i.Settlement == cur && i.Perpetual() {
			fee := newObject().str("type", "fixed").dec("maker", i.MakerFee).dec("taker", i.TakerFee).end()
			kind := newObject().raw("default", fee).end()
			o.raw(i.PriceIndex, newObject().raw("perpetual", kind).raw("future", kind).end())
		}
	}
	return o.end()
}
