package deribit

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/valyala/fastjson"

	"github.com/tradebaas/tradebaas/trade"
)

// account is what a login needs to know of the account behind a key.
type account struct {
	id       string
	matching Credit
	reads    Credit
}

// askAccount asks whose key this is and what the exchange allows it.
func askAccount(ctx context.Context, l *link, token string) (got account, err error) {
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	err = l.call(ctx, "private/get_account_summaries", params(nil).flag("extended", true).text("access_token", token), func(result *fastjson.Value) error {
		o := object{v: result}
		got.id = o.text("id")
		limits := result.Get("limits")
		if limits == nil { // per currency in some answers, and the same in each
			if summaries := result.GetArray("summaries"); len(summaries) > 0 {
				limits = summaries[0].Get("limits")
			}
		}
		got.matching = parseCredit(limits.Get("matching_engine", "trading", "total"))
		got.reads = parseCredit(limits.Get("non_matching_engine"))
		return o.err
	})
	return got, err
}

func parseCredit(v *fastjson.Value) Credit {
	return Credit{Burst: v.GetFloat64("burst"), PerSecond: v.GetFloat64("rate")}
}

// Balances lists the account's currencies.
func (s *Session) Balances(ctx context.Context) (balances []trade.Balance, err error) {
	r := ask("private/get_account_summaries", nil)
	err = s.do(ctx, r, func(result *fastjson.Value) error {
		return each(result.Get("summaries"), func(v *fastjson.Value) error {
			balance, err := parseBalance(v)
			balances = append(balances, balance)
			return err
		})
	})
	return balances, err
}

// Positions lists every position that is not flat.
func (s *Session) Positions(ctx context.Context) (positions []trade.VenuePosition, err error) {
	r := ask("private/get_positions", params(nil).text("currency", "any"))
	err = s.do(ctx, r, func(result *fastjson.Value) error {
		return each(result, func(v *fastjson.Value) error {
			position, err := parsePosition(v)
			if !position.Size.IsZero() {
				positions = append(positions, position)
			}
			return err
		})
	})
	return positions, err
}

func parsePosition(v *fastjson.Value) (trade.VenuePosition, error) {
	o := object{v: v}
	p := trade.VenuePosition{
		Instrument:       trade.Instrument(o.text("instrument_name")),
		Size:             o.dec("size"),
		AveragePrice:     o.dec("average_price"),
		MarkPrice:        o.dec("mark_price"),
		UnrealizedPnL:    o.dec("total_profit_loss"),
		RealizedPnL:      o.dec("realized_profit_loss"),
		LiquidationPrice: o.dec("estimated_liquidation_price"),
	}
	return p, o.err
}

// Fills lists the account's fills in an instrument after a sequence number, or since a time.
func (s *Session) Fills(ctx context.Context, instrument trade.Instrument, after int64, since time.Time) ([]trade.Fill, error) {
	var fills []trade.Fill
	if after > 0 && since.IsZero() || !since.IsZero() && s.Now().Sub(since) > recentFills {
		old, err := s.fillPages(ctx, instrument, after, since, true)
		if err != nil {
			return nil, err
		}
		fills = old
	}
	if n := len(fills); n > 0 {
		after = fills[n-1].Seq
	}
	recent, err := s.fillPages(ctx, instrument, after, since, false)
	return append(fills, recent...), err
}

const (
	fillPage    = 500
	recentFills = 23 * time.Hour // the exchange keeps a day at hand; older ones are asked for apart
)

func (s *Session) fillPages(ctx context.Context, instrument trade.Instrument, after int64, since time.Time, historical bool) (fills []trade.Fill, err error) {
	for more := true; more; {
		var page []trade.Fill
		page, more, err = s.fillPage(ctx, instrument, after, since, historical)
		if err != nil {
			return nil, err
		}
		fills = append(fills, page...)
		if len(page) == 0 {
			return fills, nil
		}
		after = page[len(page)-1].Seq
	}
	return fills, nil
}

func (s *Session) fillPage(ctx context.Context, instrument trade.Instrument, after int64, since time.Time, historical bool) (page []trade.Fill, more bool, err error) {
	p := params(nil).
		text("instrument_name", string(instrument)).
		number("count", fillPage).
		text("sorting", "asc").
		flag("historical", historical)
	if after > 0 {
		p = p.number("start_seq", after+1)
	} else {
		p = p.millis("start_timestamp", since)
	}
	err = s.do(ctx, ask("private/get_user_trades_by_instrument", p), func(result *fastjson.Value) error {
		more = result.GetBool("has_more")
		return each(result.Get("trades"), func(v *fastjson.Value) error {
			fill, err := parseFill(v)
			if fill.Seq > after {
				page = append(page, fill)
			}
			return err
		})
	})
	return page, more, err
}

func parseFill(v *fastjson.Value) (trade.Fill, error) {
	o := object{v: v}
	f := trade.Fill{
		ID:          trade.VenueTradeID(o.text("trade_id")),
		Seq:         o.number("trade_seq"),
		Order:       trade.VenueOrderID(o.text("order_id")),
		Label:       o.text("label"),
		Instrument:  trade.Instrument(o.text("instrument_name")),
		Side:        trade.Side(o.text("direction")),
		Price:       o.exact("price"),
		Amount:      o.exact("amount"),
		Fee:         o.dec("fee"),
		FeeCurrency: trade.Currency(o.text("fee_currency")),
		ProfitLoss:  o.dec("profit_loss"),
		Index:       o.dec("index_price"),
		Maker:       o.text("liquidity") == "M",
		Liquidation: o.text("order_type") == "liquidation" || liquidated(o.text("liquidity"), o.text("liquidation")),
		Time:        o.millis("timestamp"),
	}
	if o.err == nil && f.ID == "" {
		o.err = errors.New("a fill without an id")
	}
	return f, o.err
}

// liquidated tells whether it was our side of a trade that was liquidated: the exchange names the sides
// that were, and ours may just have been there for somebody else's.
func liquidated(side, sides string) bool { return side != "" && strings.Contains(sides, side) }

const logPage = 250

// Funding adds up the interest of the transaction log's trade and settlement rows.
func (s *Session) Funding(ctx context.Context, spec trade.Spec, from, to time.Time) (total trade.Dec, err error) {
	err = s.transactions(ctx, spec, from, to, func(row *object) { total = total.Add(row.dec("interest_pl")) })
	return total, err
}

// Delivery looks for the row of the transaction log that ends a position at the delivery price.
func (s *Session) Delivery(ctx context.Context, spec trade.Spec, from, to time.Time) (d trade.Delivery, err error) {
	err = s.transactions(ctx, spec, from, to, func(row *object) {
		if row.text("type") == "delivery" {
			d = trade.Delivery{Price: row.amount("price"), Time: row.millis("timestamp")}
		}
	})
	return d, err
}

// transactions reads an instrument's rows of the transaction log.
func (s *Session) transactions(ctx context.Context, spec trade.Spec, from, to time.Time, read func(*object)) (err error) {
	for continuation := int64(0); ; {
		continuation, err = s.transactionPage(ctx, spec, from, to, continuation, read)
		if err != nil || continuation == 0 {
			return err
		}
	}
}

func (s *Session) transactionPage(ctx context.Context, spec trade.Spec, from, to time.Time, continuation int64, read func(*object)) (next int64, err error) {
	p := params(nil).
		text("currency", string(spec.Settlement)).
		millis("start_timestamp", from).
		millis("end_timestamp", to).
		number("count", logPage)
	if continuation != 0 {
		p = p.number("continuation", continuation)
	}
	r := request{method: "private/get_transaction_log", params: p, pool: poolLog, priority: PriorityRead, timeout: readTimeout}
	err = s.do(ctx, r, func(result *fastjson.Value) error {
		whole := object{v: result}
		next = whole.number("continuation")
		return each(result.Get("logs"), func(v *fastjson.Value) error {
			row := object{v: v}
			if row.text("instrument_name") == string(spec.Instrument) {
				read(&row)
			}
			return row.err
		})
	})
	return next, err
}
