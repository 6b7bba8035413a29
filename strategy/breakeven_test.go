package strategy_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/tradebaas/tradebaas/strategy"
	"github.com/tradebaas/tradebaas/trade"
)

// Ticks of 0.5, taker fee 0.05 %.
func TestBreakEven_move(t *testing.T) {
	plain := strategy.BreakEven{Enabled: true, Trigger: dec("0.5"), OffsetTicks: 1}
	fees := plain
	fees.CoversFees = true
	wide := strategy.BreakEven{Enabled: true, Trigger: dec("0.05"), OffsetTicks: 100}
	for name, c := range map[string]struct {
		rule                string
		b                   strategy.BreakEven
		side                trade.Side
		entry, stop, target string
		trigger, moved      string // "" no move
	}{
		"long":                    {"halfway to 650, one tick", plain, trade.Buy, "100000", "99500", "100650", "100325", "100000.5"},
		"short":                   {"halfway, one tick below", plain, trade.Sell, "100000", "100500", "99350", "99675", "99999.5"},
		"an average off the tick": {"100000.3 + 0.5 = 100000.8 up", plain, trade.Buy, "100000.3", "99500", "100650", "100325.15", "100001"},
		"short off the tick":      {"100000.3 - 0.5 = 99999.8 down", plain, trade.Sell, "100000.3", "100500", "99350", "99675.15", "99999.5"},
		// 100000 * 1.0005 / 0.9995 = 100100.05002..., + 0.5 = 100100.55, up
		"long with fees": {"", fees, trade.Buy, "100000", "99500", "100650", "100325", "100101"},
		// 100000 * 0.9995 / 1.0005 = 99900.0499..., - 0.5 = 99899.54, down
		"short with fees":      {"", fees, trade.Sell, "100000", "100500", "99350", "99675", "99899.5"},
		"already better":       {"", plain, trade.Buy, "100000", "100000.5", "100650", "", ""},
		"already better short": {"", plain, trade.Sell, "100000", "99999.5", "99350", "", ""},
		// offset 50 against a trigger at 100032.5: wait for one tick beyond the new stop
		"offset beyond the trigger": {"", wide, trade.Buy, "100000", "99500", "100650", "100050.5", "100050"},
		"short offset beyond it":    {"", wide, trade.Sell, "100000", "100500", "99350", "99949.5", "99950"},
		"no room before the target": {"", wide, trade.Buy, "100000", "99500", "100050", "", ""},
		"off":                       {"", strategy.BreakEven{}, trade.Buy, "100000", "99500", "100650", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			m, ok := c.b.Move(c.side, dec(c.entry), dec(c.stop), dec(c.target), linear())
			require.Equal(t, c.trigger != "", ok)
			if !ok {
				return
			}
			require.Equal(t, []string{c.trigger, c.moved}, []string{m.Trigger.String(), m.Stop.String()}, c.rule)
			require.Equal(t, c.side == trade.Buy, m.Above)
		})
	}
}

// A trade that leaves at the break-even stop loses nothing: without the fees in any case, and with
// them when the stop covers them.
func TestBreakEven_loses_nothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		spec := linear()
		spec.TakerFee = trade.NewDec(rapid.Int64Range(0, 20).Draw(t, "fee")).Div(dec("10000"))
		b := strategy.BreakEven{Enabled: true, Trigger: dec("0.9"), OffsetTicks: rapid.IntRange(0, 100).Draw(t, "ticks"), CoversFees: rapid.Bool().Draw(t, "fees")}
		entry := trade.NewDec(rapid.Int64Range(1_000_000, 20_000_000).Draw(t, "entry")).Div(dec("100"))
		side := rapid.SampledFrom([]trade.Side{trade.Buy, trade.Sell}).Draw(t, "side")
		stop, target := entry.Mul(dec("0.9")), entry.Mul(dec("1.1"))
		if side == trade.Sell {
			stop, target = target, stop
		}
		m, ok := b.Move(side, entry, stop, target, spec)
		if !ok {
			t.Fatal("nothing stands in the way of this move")
		}
		result := m.Stop.Sub(entry)
		if side == trade.Sell {
			result = result.Neg()
		}
		if b.CoversFees {
			result = result.Sub(entry.Add(m.Stop).Mul(spec.TakerFee))
		}
		if result.Sign() < 0 || !m.Stop.IsMultipleOf(spec.TickSize) {
			t.Fatalf("entry %s, stop %s: %s", entry, m.Stop, result)
		}
	})
}
