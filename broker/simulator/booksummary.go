package simulator

import (
	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/trade"
)

func (c *call) bookSummaryByCurrency() ([]byte, *wireError) {
	f, some, err := c.filterCurrency()
	if err != nil {
		return nil, err
	}
	out := []*core.Market{}
	for _, m := range c.e.core.Markets {
		if some && m.State != core.BookDelivered && (f.Currency == "" || m.Instrument.Settlement == f.Currency) {
			out = append(out, m)
		}
	}
	return list(out, c.e.renderBookSummary), nil
}

func (c *call) bookSummaryByInstrument() ([]byte, *wireError) {
	m, err := c.market()
	if err != nil {
		return nil, err
	}
	return list([]*core.Market{m}, c.e.renderBookSummary), nil
}

func (e *engine) renderBookSummary(m *core.Market) []byte {
	i := m.Instrument
	o := newObject().str("instrument_name", string(i.Name)).str("base_currency", string(i.Base)).str("quote_currency", string(i.Quote)).
		dec("last", i.Price(m.Last)).dec("mark_price", m.MarkPrice()).dec("estimated_delivery_price", e.core.DeliveryEstimate(m)).
		dec("open_interest", openInterest(e.core, m)).int("creation_timestamp", e.core.Now)
	bid, _ := m.Best(1)
	ask, _ := m.Best(-1)
	priced(o, "bid_price", bid != 0, i.Price(bid))
	priced(o, "ask_price", ask != 0, i.Price(ask))
	priced(o, "mid_price", bid != 0 && ask != 0, i.Price(bid+ask).Div(trade.NewDec(2)))
	if i.Perpetual() {
		o.dec("current_funding", fraction(m.FundingRate())).dec("funding_8h", m.Funding8h())
	}
	dayFields(o, e.core, m)
	return o.end()
}

// priced writes a price, or null when there is none.
func priced(o *object, name string, there bool, price trade.Dec) {
	if there {
		o.dec(name, price)
	} else {
		o.null(name)
	}
}
