package simulator

import (
	"encoding/json"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/trade"
)

// topic is what a channel carries.
type topic uint8

const (
	tickerTopic topic = iota + 1
	incrementalTopic
	bookTopic
	bookWindowTopic
	quoteTopic
	tradesTopic
	chartTopic
	perpetualTopic
	indexTopic
	rankingTopic
	statisticsTopic
	expirationTopic
	platformTopic
	instrumentStateTopic
	changesTopic
	ordersTopic
	userTradesTopic
	portfolioTopic
	accessTopic
	silentTopic // accepted, and never anything to say
)

// pace is how often a channel speaks.
type pace uint8

const (
	eachBeat pace = iota
	atOnce
	eachSecond
)

// channel is something to subscribe to, with its subscribers. A private one belongs to one account.
type channel struct {
	name     string
	topic    topic
	market   int  // -1: several
	foreign  bool // of a kind that is not traded here
	currency trade.Currency
	raw      bool
	pace     pace
	minutes  int64 // of a chart's candles
	depth    int   // of a book window, and
	group    trade.Dec
	index    string
	scope    string // what a login needs for it; "": public
	account  int64  // 0: public
	subs     []subscription

	dirty    bool               // waits for its time to speak
	queue    [][]byte           // messages not sent yet
	trades   []core.PublicTrade // the same
	gathered []*happening       // the same
	book     shownBook          // as last sent
	ticker   map[string]json.RawMessage
	said     []byte // what was last sent, less its time
	candle   int64  // the chart's last one, by its first minute
}

// channelID tells the channels of a connection apart: those of several accounts share their names.
type channelID struct {
	account int64 // 0: public
	name    string
}

func (ch *channel) id() channelID { return channelID{ch.account, ch.name} }

type subscription struct {
	conn  *conn
	label string // of a private channel
}

// private tells whether a channel needs a login.
func (ch *channel) private() bool { return ch.scope != "" }

// covers tells whether a market's events belong to the channel.
func (ch *channel) covers(x *core.Exchange, market int) bool {
	switch {
	case ch.foreign:
		return false
	case ch.market >= 0:
		return ch.market == market
	}
	return ch.currency == "" || market >= 0 && x.Markets[market].Instrument.Settlement == ch.currency
}

// repeats tells whether a channel has said the same already, and notes it otherwise.
func (ch *channel) repeats(body []byte) bool {
	if string(ch.said) == string(body) {
		return true
	}
	ch.said = body
	return false
}
