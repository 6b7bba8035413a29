package simulator

import (
	"strconv"
	"strings"
	"time"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/trade"
)

// settled is what a call about settlements asks for: a kind, and a page of those up to a time.
type settled struct {
	page
	f     core.Filter
	kind  string
	until int64
}

// settled reads a call about the settlements of an instrument or a currency. A continuation is the
// time up to which its list was made, and how many of it were told.
func (c *call) settled() (q settled, err *wireError) {
	if strings.HasSuffix(c.r.method, "_by_instrument") {
		m, err := c.market()
		if err != nil {
			return q, err
		}
		q.f.Instrument = m.Instrument.Name
	} else if q.f.Currency, err = c.currency(); err != nil {
		return q, err
	}
	switch q.kind = c.p.text("type"); q.kind {
	case "", core.SettledDaily, core.SettledDelivery, core.SettledBankrupt:
	default:
		return q, core.Invalid("type", "unknown value")
	}
	if q.page, err = c.page(20, 1_000); err != nil {
		return q, err
	}
	if q.until, err = c.p.int("search_start_timestamp", c.e.core.Now); err != nil {
		return q, err
	}
	if token := c.p.text("continuation"); token != "" && token != noMore {
		until, told, _ := strings.Cut(token, ".")
		var bad, worse error
		q.until, bad = strconv.ParseInt(until, 10, 64)
		q.offset, worse = strconv.ParseInt(told, 10, 64)
		if bad != nil || worse != nil || q.offset < 0 {
			return q, core.Invalid("continuation", "unknown value")
		}
	}
	return q, nil
}

// noMore is the continuation of a list that has ended.
const noMore = "none"

func settledPage[T any](q settled, all []T, each func(T) []byte) []byte {
	part, more := of(q.page, all)
	next := noMore
	if more {
		next = string(number(q.until)) + "." + string(number(q.offset+q.count))
	}
	return newObject().raw("settlements", list(part, each)).str("continuation", next).end()
}

// settlementHistory is what settlements did to the account.
func (c *call) settlementHistory() ([]byte, *wireError) {
	q, err := c.settled()
	if err != nil {
		return nil, err
	}
	return settledPage(q, c.e.core.SettlementsOf(c.account, q.f, q.kind, q.until), renderOwnSettlement), nil
}

func renderOwnSettlement(r core.LogRow) []byte {
	o := newObject().str("type", r.Kind()).int("timestamp", r.Time)
	i := r.Instrument
	if i == nil { // what was lost beyond zero was made good
		return o.dec("session_bankruptcy", r.Change).dec("funded", r.Change).dec("session_profit_loss", r.CashFlow).
			dec("session_tax", trade.Zero).dec("session_tax_rate", trade.Zero).dec("socialized", trade.Zero).end()
	}
	position := r.Position
	if r.Kind() == core.SettledDelivery {
		position = r.Amount
	}
	return o.str("instrument_name", string(i.Name)).dec("position", i.Amount(position)).dec("profit_loss", r.ProfitLoss).
		dec("session_profit_loss", r.CashFlow).dec("funding", r.Change.Sub(r.CashFlow)).dec("mark_price", core.Fine(r.Mark)).
		dec("index_price", core.Fine(r.Index)).end()
}

// lastSettlements is what settlements did to a market as a whole.
func (c *call) lastSettlements() ([]byte, *wireError) {
	q, err := c.settled()
	if err != nil {
		return nil, err
	}
	return settledPage(q, c.e.core.LastSettlements(q.f, q.kind, q.until), func(s core.MarketSettlement) []byte {
		i := s.Market.Instrument
		return newObject().str("type", s.Kind()).int("timestamp", s.Time).str("instrument_name", string(i.Name)).
			dec("position", i.Amount(s.Position)).dec("profit_loss", s.ProfitLoss).dec("session_profit_loss", s.Session).
			dec("funding", s.Funding).dec("mark_price", core.Fine(s.Mark)).dec("index_price", core.Fine(s.Index)).end()
	}), nil
}

// deliveryPrices are the daily settlement prices of an index, newest first.
func (c *call) deliveryPrices() ([]byte, *wireError) {
	m, err := c.index("index_name")
	if err != nil {
		return nil, err
	}
	p, err := c.page(10, 1_000)
	if err != nil {
		return nil, err
	}
	all := c.e.core.DeliveryPrices(m.Instrument.PriceIndex)
	part, _ := of(p, all)
	return newObject().int("records_total", int64(len(all))).raw("data", list(part, func(s core.Settlement) []byte {
		return newObject().str("date", time.UnixMilli(s.Time).UTC().Format(time.DateOnly)).dec("delivery_price", s.Price).end()
	})).end(), nil
}
