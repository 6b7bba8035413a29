package simulator

import (
	"slices"
	"strconv"
	"strings"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/trade"
)

// The kinds that channels may name: of instruments, of all, and of all with combos as one.
var (
	kindsStrict = []string{"future", "option", "spot", "future_combo", "option_combo"}
	kindsOrAny  = append([]string{"any"}, kindsStrict...)
	kindsOrAll  = append([]string{"combo"}, kindsOrAny...)
	groups      = []string{"1", "2", "5", "10", "25", "100", "250"}
	depths      = []string{"1", "10", "20"}
	indexTopics = map[string]topic{"deribit_price_index": indexTopic, "deribit_price_ranking": rankingTopic,
		"deribit_price_statistics": statisticsTopic, "estimated_expiration_price": expirationTopic}
)

// parseChannel reads a channel's name; nil when there is no such channel.
func parseChannel(x *core.Exchange, name string) *channel {
	ch, p := &channel{name: name, market: -1}, strings.Split(name, ".")
	if !ch.parse(x, p[0], p[1:]) {
		return nil
	}
	return ch
}

func (ch *channel) parse(x *core.Exchange, first string, rest []string) bool {
	switch first {
	case "user":
		return len(rest) > 0 && ch.parseUser(x, rest[0], rest[1:])
	case "platform_state":
		ch.topic = platformTopic
		return len(rest) == 0 || len(rest) == 1 && ch.silent(rest[0] == "public_methods_state")
	case "instrument":
		ch.topic, ch.pace = instrumentStateTopic, atOnce
		return len(rest) == 3 && rest[0] == "state" && ch.kind(kindsOrAny, rest[1], rest[2])
	case "chart":
		ch.topic = chartTopic
		return len(rest) == 3 && rest[0] == "trades" && ch.of(x, rest[1]) && ch.resolution(rest[2])
	case "trades":
		ch.topic = tradesTopic
		return len(rest) == 2 && ch.of(x, rest[0]) && ch.timed(rest[1]) ||
			len(rest) == 3 && ch.kind(kindsStrict, rest[0], rest[1]) && ch.timed(rest[2])
	}
	if ch.topic = indexTopics[first]; ch.topic != 0 {
		return len(rest) == 1 && ch.onIndex(x, rest[0])
	}
	return len(rest) > 0 && ch.of(x, rest[0]) && ch.parseMarket(x, first, rest[1:])
}

// parseMarket reads what follows the instrument.
func (ch *channel) parseMarket(x *core.Exchange, first string, rest []string) bool {
	switch first {
	case "quote":
		ch.topic = quoteTopic
		return len(rest) == 0
	case "incremental_ticker":
		ch.topic, ch.pace = incrementalTopic, eachSecond
		return len(rest) == 0
	case "ticker":
		ch.topic = tickerTopic
	case "perpetual":
		ch.topic = perpetualTopic
	case "book":
		ch.topic = bookTopic
		if len(rest) == 3 {
			ch.topic = bookWindowTopic
			return ch.grouped(x, rest[0]) && ch.deep(rest[1]) && ch.timed(rest[2]) && !ch.raw
		}
	default:
		return false
	}
	return len(rest) == 1 && ch.timed(rest[0])
}

// parseUser reads the account's own channels.
func (ch *channel) parseUser(x *core.Exchange, first string, rest []string) bool {
	ch.scope = "trade:read"
	switch first {
	case "portfolio":
		ch.topic, ch.scope = portfolioTopic, "account:read"
		return len(rest) == 1 && ch.kind(kindsOrAll, "any", rest[0])
	case "access_log":
		ch.topic, ch.scope, ch.pace = accessTopic, "account:read", atOnce
		return len(rest) == 0
	case "lock":
		ch.scope = "account:read"
		return len(rest) == 0 && ch.silent(true)
	case "mmp_trigger":
		return len(rest) == 1 && ch.silent(rest[0] == "all" || ch.onIndex(x, rest[0]))
	case "changes":
		ch.topic = changesTopic
	case "orders":
		ch.topic = ordersTopic
	case "trades":
		ch.topic = userTradesTopic
	default:
		return false
	}
	return len(rest) == 2 && ch.of(x, rest[0]) && ch.timed(rest[1]) ||
		len(rest) == 3 && ch.kind(kindsOrAll, rest[0], rest[1]) && ch.timed(rest[2])
}

// silent marks a channel that exists and has nothing to say here.
func (ch *channel) silent(exists bool) bool {
	ch.topic = silentTopic
	return exists
}

func (ch *channel) of(x *core.Exchange, name string) bool {
	ch.market = slices.IndexFunc(x.Markets, func(m *core.Market) bool { return string(m.Instrument.Name) == name })
	return ch.market >= 0
}

func (ch *channel) onIndex(x *core.Exchange, name string) bool {
	_, known := indexOf(x, name)
	ch.index = name
	return known
}

// kind reads a kind and a currency; of kinds other than futures there is nothing here.
func (ch *channel) kind(known []string, kind, currency string) bool {
	ch.currency, ch.market = anyAsNone(trade.Currency(strings.ToUpper(currency))), -1
	ch.foreign = kind != "any" && kind != "future"
	return slices.Contains(known, kind) && (ch.currency == "" || knownCurrency(ch.currency))
}

func (ch *channel) resolution(name string) bool {
	ch.minutes = resolutions[name]
	return ch.minutes != 0
}

func (ch *channel) timed(interval string) bool {
	switch interval {
	case "raw":
		ch.raw, ch.pace = true, atOnce
	case "100ms":
	case "agg2":
		ch.pace = eachSecond
	default:
		return false
	}
	return true
}

// grouped reads the step of a book window's prices: in dollars, and for ETH in cents. It must be
// on the instrument's grid.
func (ch *channel) grouped(x *core.Exchange, group string) bool {
	if group == "none" {
		return true
	}
	if !slices.Contains(groups, group) {
		return false
	}
	i := x.Markets[ch.market].Instrument
	if ch.group = trade.MustDec(group); i.Base == "ETH" {
		ch.group = ch.group.Div(trade.NewDec(100))
	}
	return ch.group.IsMultipleOf(i.TickSize)
}

func (ch *channel) deep(depth string) bool {
	ch.depth, _ = strconv.Atoi(depth)
	return slices.Contains(depths, depth)
}
