package trade

import "testing"

// The figures are computed by hand; those of the inverse contract are in the coin.
func TestPnL(t *testing.T) {
	cases := map[string]struct {
		kind                ContractKind
		side                Side
		amount, entry, exit string
		want                string
	}{
		"linear long wins":    {Linear, Buy, "0.1", "50000", "50500", "50"},
		"linear long loses":   {Linear, Buy, "0.1", "50000", "49500", "-50"},
		"linear short wins":   {Linear, Sell, "2", "3000", "2970.5", "59"},
		"linear short loses":  {Linear, Sell, "2", "3000", "3000.25", "-0.5"},
		"inverse long wins":   {Inverse, Buy, "1000", "50000", "62500", "0.004"},
		"inverse long loses":  {Inverse, Buy, "1000", "50000", "40000", "-0.005"},
		"inverse short wins":  {Inverse, Sell, "1000", "50000", "40000", "0.005"},
		"inverse short loses": {Inverse, Sell, "1000", "50000", "62500", "-0.004"},
		"nothing":             {Linear, Buy, "0", "1", "2", "0"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			decEqual(t, c.want, PnL(c.kind, c.side, MustDec(c.amount), MustDec(c.entry), MustDec(c.exit)))
		})
	}
}

func TestPnL_ExchangeExample(t *testing.T) {
	got := PnL(Inverse, Buy, NewDec(50), MustDec("7440.18"), MustDec("7476.65"))
	decEqual(t, "0.00003278", got.Round(8))
}

func TestFee(t *testing.T) {
	decEqual(t, "1.75", Fee(Linear, MustDec("0.1"), NewDec(50000), MustDec("0.00035")))
	decEqual(t, "0.00007766", Fee(Inverse, NewDec(21), MustDec("202.8"), MustDec("0.00075")).Round(8))
	decEqual(t, "-0.00075", Fee(Linear, MustDec("0.001"), NewDec(50000), MustDec("-0.000015")))
}

func TestAverage(t *testing.T) {
	parts := []priced{{NewDec(1), NewDec(100)}, {NewDec(3), NewDec(200)}}
	decEqual(t, "175", average(Linear, parts))
	decEqual(t, "160", average(Inverse, parts)) // 4 / (1/100 + 3/200)
	decEqual(t, "0", average(Linear, nil))
	decEqual(t, "0", average(Inverse, nil))
}

func TestInitialMargin(t *testing.T) {
	decEqual(t, "10", InitialMargin(testSpec, MustDec("0.01"), NewDec(50000)))
	inverse := Spec{Kind: Inverse, MaxLeverage: NewDec(50)}
	decEqual(t, "0.0004", InitialMargin(inverse, NewDec(1000), NewDec(50000)))
}
