package simulator

import (
	"strconv"
	"strings"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/trade"
)

// topic is what a channel carries.
type topic uint8

const (
	tickerTopic topic = iota + 1
	bookTopic
	bookWindowTopic
	quoteTopic
	tradesTopic
	chartTopic
	perpetualTopic
	indexTopic
	platformTopic
	instrumentStateTopic
	changesTopic
	ordersTopic
	userTradesTopic
	portfolioTopic
	silentTopic // accepted, and never anything to say
)

// channel is something to subscribe to, with its subscribers. A private one belongs to one account.
type channel struct {
	name     string
	topic    topic
	market   int // -1: several
	currency trade.Currency
	interval string // raw, 100ms or agg2
	minutes  int64  // of a chart's candles
	depth    int    // of a book window
	index    string
	account  int64 // 0: public
	subs     []subscription

	dirty  bool
	trades []core.PublicTrade // not sent yet
	bids   map[int64]int64    // the book as last sent, by price
	asks   map[int64]int64
	change int64 // its change_id
}

// channelID tells the channels of a connection apart: those of several accounts share their names.
type channelID struct {
	account int64 // 0: public
	name    string
}

func (ch *channel) id() channelID { return channelID{ch.account, ch.name} }

type subscription struct {
	conn  *conn
	label string
}

// parseChannel reads a channel's name; nil when there is no such channel.
func parseChannel(x *core.Exchange, name string) *channel {
	p := strings.Split(name, ".")
	ch := &channel{name: name, market: -1}
	switch {
	case p[0] == "user":
		return parseUser(x, ch, p[1:])
	case name == "platform_state" || name == "platform_state.public_methods_state":
		ch.topic = platformTopic
		return ch
	case len(p) == 2 && p[0] == "deribit_price_index":
		ch.topic, ch.index = indexTopic, p[1]
		_, found := indexOf(x, p[1])
		return whether(ch, found)
	case len(p) == 4 && p[0] == "instrument" && p[1] == "state":
		ch.topic = instrumentStateTopic
		return whether(ch, ch.kind(p[2], p[3]))
	case len(p) >= 2 && p[0] == "chart":
		return parseChart(x, ch, p[1:])
	}
	return parseMarket(x, ch, p)
}

func whether(ch *channel, yes bool) *channel {
	if yes {
		return ch
	}
	return nil
}

func parseChart(x *core.Exchange, ch *channel, p []string) *channel {
	if len(p) != 3 || p[0] != "trades" {
		return nil
	}
	ch.topic, ch.minutes = chartTopic, resolutions[p[2]]
	return whether(ch, ch.minutes != 0 && ch.of(x, p[1]))
}

// parseMarket reads ticker, quote, book, trades and perpetual channels.
func parseMarket(x *core.Exchange, ch *channel, p []string) *channel {
	kinds := map[string]topic{"ticker": tickerTopic, "incremental_ticker": tickerTopic, "quote": quoteTopic,
		"book": bookTopic, "trades": tradesTopic, "perpetual": perpetualTopic}
	ch.topic = kinds[p[0]]
	if ch.topic == 0 || len(p) < 2 {
		return nil
	}
	if ch.topic == tradesTopic && len(p) == 4 {
		return whether(ch, ch.kind(p[1], p[2]) && ch.timed(p[3]))
	}
	if !ch.of(x, p[1]) {
		return nil
	}
	switch rest := p[2:]; {
	case ch.topic == quoteTopic || p[0] == "incremental_ticker":
		ch.interval = "100ms"
		return whether(ch, len(rest) == 0)
	case ch.topic == bookTopic && len(rest) == 3:
		return parseWindow(ch, rest)
	default:
		return whether(ch, len(rest) == 1 && ch.timed(rest[0]))
	}
}

func parseWindow(ch *channel, p []string) *channel {
	ch.topic = bookWindowTopic
	switch p[1] {
	case "1", "10", "20":
		ch.depth, _ = strconv.Atoi(p[1])
	default:
		return nil
	}
	// Groups other than none are accepted at the finest grid.
	switch p[0] {
	case "none", "1", "2", "5", "10", "25", "100", "250":
		return whether(ch, p[2] != "raw" && ch.timed(p[2]))
	}
	return nil
}

// parseUser reads the account's own channels: by instrument, or by kind and currency.
func parseUser(x *core.Exchange, ch *channel, p []string) *channel {
	if len(p) == 0 {
		return nil
	}
	switch p[0] {
	case "portfolio":
		ch.topic = portfolioTopic
		return whether(ch, len(p) == 2 && ch.kind("any", p[1]))
	case "lock", "access_log", "mmp_trigger":
		ch.topic = silentTopic
		return ch
	case "changes":
		ch.topic = changesTopic
	case "orders":
		ch.topic = ordersTopic
	case "trades":
		ch.topic = userTradesTopic
	default:
		return nil
	}
	switch len(p) {
	case 3:
		return whether(ch, ch.of(x, p[1]) && ch.timed(p[2]))
	case 4:
		return whether(ch, ch.kind(p[1], p[2]) && ch.timed(p[3]))
	}
	return nil
}

func (ch *channel) of(x *core.Exchange, name string) bool {
	for n, m := range x.Markets {
		if string(m.Instrument.Name) == name {
			ch.market = n
			return true
		}
	}
	return false
}

func (ch *channel) kind(kind, currency string) bool {
	ch.currency = anyAsNone(trade.Currency(strings.ToUpper(currency)))
	switch kind {
	case "any", "future", "spot", "option", "combo", "future_combo", "option_combo":
	default:
		return false
	}
	if kind != "any" && kind != "future" {
		ch.topic = silentTopic
	}
	return ch.currency == "" || knownCurrency(ch.currency)
}

func (ch *channel) timed(interval string) bool {
	ch.interval = interval
	return interval == "raw" || interval == "100ms" || interval == "agg2"
}

// covers tells whether a market's events belong to the channel.
func (ch *channel) covers(x *core.Exchange, market int) bool {
	if ch.market >= 0 {
		return ch.market == market
	}
	return ch.currency == "" || market >= 0 && x.Markets[market].Instrument.Settlement == ch.currency
}

// private tells whether a channel needs a login.
func (ch *channel) private() bool { return ch.topic >= changesTopic }

// needs is the scope of a private channel.
func (ch *channel) needs() string {
	if ch.topic == portfolioTopic {
		return "account:read"
	}
	return "trade:read"
}
