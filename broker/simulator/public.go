package simulator

import (
	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/trade"
)

func instrumentName(s string) trade.Instrument { return trade.Instrument(s) }

func (c *call) instruments() ([]byte, *wireError) {
	cur, err := c.currencyOrAny()
	if err != nil {
		return nil, err
	}
	expired, err := c.p.flag("expired")
	if err != nil {
		return nil, err
	}
	some, err := c.futures()
	if err != nil {
		return nil, err
	}
	out := []*core.Market{}
	for _, m := range c.e.core.Markets {
		if some && expired == (m.State == core.BookDelivered) && (cur == "" || m.Instrument.Settlement == cur) {
			out = append(out, m)
		}
	}
	return list(out, renderInstrument), nil
}

func (c *call) instrument() ([]byte, *wireError) {
	m, err := c.market()
	if err != nil {
		return nil, err
	}
	return renderInstrument(m), nil
}

func (c *call) currencies() ([]byte, *wireError) {
	return list(currencies, func(cur trade.Currency) []byte {
		decimals := int64(8)
		if cur == "USDC" {
			decimals = 6
		}
		return newObject().str("currency", string(cur)).str("currency_long", string(cur)).str("coin_type", string(cur)).
			int("decimals", decimals).int("min_confirmations", 1).dec("min_withdrawal_fee", trade.Zero).
			dec("withdrawal_fee", trade.Zero).raw("withdrawal_priorities", []byte("[]")).bool("in_cross_collateral_pool", false).end()
	}), nil
}

func (c *call) ticker() ([]byte, *wireError) {
	m, err := c.market()
	if err != nil {
		return nil, err
	}
	return c.e.renderTicker(m), nil
}

func (c *call) orderBook() ([]byte, *wireError) {
	m, err := c.market()
	if err != nil {
		return nil, err
	}
	return c.book(m)
}

func (c *call) orderBookByID() ([]byte, *wireError) {
	id, err := c.p.int("instrument_id", 0)
	if err != nil {
		return nil, err
	}
	for _, m := range c.e.core.Markets {
		if int64(m.Instrument.ID) == id {
			return c.book(m)
		}
	}
	return nil, core.Invalid("instrument_id", "instrument not found")
}

func (c *call) contractSize() ([]byte, *wireError) {
	m, err := c.market()
	if err != nil {
		return nil, err
	}
	return newObject().dec("contract_size", m.Instrument.ContractSize).end(), nil
}

func (c *call) book(m *core.Market) ([]byte, *wireError) {
	depth, err := c.p.int("depth", 5)
	if err != nil {
		return nil, err
	}
	if depth < 1 || depth > 10_000 {
		return nil, core.Invalid("depth", "unknown value")
	}
	o := newObject()
	c.e.tickerFields(o, m)
	b := c.e.book(m)
	return o.int("change_id", b.change).raw("bids", renderLevels(b.terms, b.bids[:min(int(depth), len(b.bids))])).
		raw("asks", renderLevels(b.terms, b.asks[:min(int(depth), len(b.asks))])).end(), nil
}
