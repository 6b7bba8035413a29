package trade

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestPreviewClose(t *testing.T) {
	level := func(price, amount string) Level { return Level{Price: MustDec(price), Amount: MustDec(amount)} }
	book := Book{Bids: []Level{level("50000", "0.01"), level("49900", "0.03"), level("49800", "1")}, Asks: []Level{level("50100", "0.02")}}
	inverse := Spec{Kind: Inverse, Settlement: "BTC", TakerFee: MustDec("0.0005")}
	cases := map[string]struct {
		spec                              Spec
		size, entry                       string
		price, gross, slippage, fees, net string
		complete                          bool
	}{
		// 0.01 at 50,000: profit 10, fee 500 x 0.00035
		"within the best price": {testSpec, "0.01", "49000", "50000", "10", "0", "0.175", "9.825", true},
		// 0.01 at 50,000 and 0.01 at 49,900: 49,950 on average, 1 worse than all at 50,000; fee 999 x 0.00035
		"over two prices": {testSpec, "0.02", "49000", "49950", "20", "1", "0.34965", "18.65035", true},
		// short 0.04: only 0.02 are offered, all at 50,100
		"beyond the book": {testSpec, "-0.04", "50000", "50100", "-4", "0", "0.7014", "-4.7014", false},
		// 500 USD long: 500/40,000 - 500/50,000 = 0.0025; the bids are in USD here
		"inverse": {inverse, "500", "40000", "50000", "0.0025", "0", "0.000005", "0.002495", true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			b := book
			if c.spec.Kind == Inverse {
				b.Bids = []Level{level("50000", "1000")}
			}
			v, err := PreviewClose(c.spec, VenuePosition{Instrument: "X", Size: MustDec(c.size), AveragePrice: MustDec(c.entry)}, b)
			require.NoError(t, err)
			for _, pair := range [][2]string{{c.price, v.Price.String()}, {c.gross, v.Gross.String()}, {c.slippage, v.Slippage.String()}, {c.fees, v.Fees.String()}, {c.net, v.Net.String()}} {
				require.Equal(t, MustDec(pair[0]).String(), pair[1], "%+v", v)
			}
			require.Equal(t, c.complete, v.Complete)
		})
	}
	_, err := PreviewClose(testSpec, VenuePosition{Instrument: "X"}, book)
	require.Equal(t, "position_not_found", CodeOf(err))
	_, err = PreviewClose(testSpec, VenuePosition{Instrument: "X", Size: NewDec(-1), AveragePrice: NewDec(1)}, Book{Bids: book.Bids})
	require.Equal(t, "no_quote", CodeOf(err))
}
