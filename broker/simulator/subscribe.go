package simulator

import (
	"unicode/utf8"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
)

// labelMax is how many characters the label of a subscription may have.
const labelMax = 16

// subscribe takes the channels that exist and that the login may see; the others are left out.
// Several accounts may subscribe over one connection: each private channel is the token's account's.
func (c *call) subscribe() ([]byte, *wireError) {
	if err := c.socketOnly(); err != nil {
		return nil, err
	}
	names, err := c.p.texts("channels")
	if err != nil {
		return nil, err
	}
	authorized := c.conn.grant != nil || c.p.has("access_token")
	if authorized {
		if err := c.authorize("account:none"); err != nil {
			return nil, err
		}
	}
	label := c.p.text("label")
	if utf8.RuneCountInString(label) > labelMax {
		return nil, core.Invalid("label", "must be at most 16 characters")
	}
	chosen := []*channel{}
	for _, name := range names {
		ch := parseChannel(c.e.core, name)
		switch {
		case ch == nil:
		case ch.raw && !authorized:
			return nil, errRawUnauth
		case !ch.private() || c.maySee(ch):
			chosen = append(chosen, ch)
		}
	}
	for _, ch := range chosen {
		c.take(ch, label)
	}
	return list(chosen, func(ch *channel) []byte { return text(ch.name) }), nil
}

// maySee tells whether the login may have a private channel, which public/subscribe never gives.
func (c *call) maySee(ch *channel) bool {
	return c.grant != nil && c.grant.allows(ch.scope) && c.r.method == "private/subscribe"
}

// take subscribes to one channel; one that is taken already is acknowledged and nothing more.
func (c *call) take(ch *channel, label string) {
	registry := c.e.channels
	if ch.private() {
		ch.account = c.grant.account
		registry = c.e.desk(ch.account).channels
	} else {
		label = ""
	}
	if c.conn.channels[ch.id()] != nil {
		return
	}
	if there := registry[ch.name]; there != nil {
		ch = there
	} else {
		registry[ch.name] = ch
	}
	ch.subs = append(ch.subs, subscription{c.conn, label})
	c.conn.channels[ch.id()] = ch
	c.conn.greetings = append(c.conn.greetings, ch)
}

func (c *call) unsubscribe() ([]byte, *wireError) {
	if err := c.socketOnly(); err != nil {
		return nil, err
	}
	names, err := c.p.texts("channels")
	if err != nil {
		return nil, err
	}
	account := c.caller()
	gone := []string{}
	for _, name := range names {
		if c.untake(channelID{account, name}) || c.untake(channelID{0, name}) {
			gone = append(gone, name)
		}
	}
	return list(gone, text), nil
}

// untake ends one subscription of the connection; false when there is none.
func (c *call) untake(id channelID) bool {
	ch := c.conn.channels[id]
	if ch == nil {
		return false
	}
	c.e.drop(ch, c.conn)
	delete(c.conn.channels, id)
	return true
}

// caller is the account whose private channels a call means: its token's, or its connection's.
func (c *call) caller() int64 {
	if g, err := c.grantOf(); err == nil {
		return g.account
	}
	return 0
}

// unsubscribeAll empties the connection. A call that carries a token speaks for its account only.
func (c *call) unsubscribeAll() ([]byte, *wireError) {
	if err := c.socketOnly(); err != nil {
		return nil, err
	}
	account, ofOne := c.caller(), c.p.has("access_token")
	for id := range c.conn.channels {
		if !ofOne || id.account == account {
			c.untake(id)
		}
	}
	return okResult, nil
}

// drop takes a connection off a channel; a channel without subscribers is gone.
func (e *engine) drop(ch *channel, c *conn) {
	for n, s := range ch.subs {
		if s.conn == c {
			ch.subs = append(ch.subs[:n], ch.subs[n+1:]...)
			break
		}
	}
	if len(ch.subs) > 0 {
		return
	}
	if ch.account != 0 {
		delete(e.desk(ch.account).channels, ch.name)
	} else {
		delete(e.channels, ch.name)
	}
}

// greet sends what a new subscription starts with, after its answer.
func (e *engine) greet(c *call) {
	for _, ch := range c.conn.greetings {
		s := ch.subs[len(ch.subs)-1]
		for _, data := range e.opening(ch) {
			e.deliver(s.conn, notification(ch.name, data, s.label))
		}
	}
	c.conn.greetings = nil
}

// opening is the present state of a channel: a whole book, a ticker, a balance.
func (e *engine) opening(ch *channel) [][]byte {
	var data []byte
	switch ch.topic {
	case tickerTopic:
		data = e.renderTicker(e.core.Markets[ch.market])
	case incrementalTopic:
		data = e.wholeTicker(ch)
	case quoteTopic:
		data = e.wholeQuote(ch)
	case bookTopic:
		data = e.bookSnapshot(ch)
	case bookWindowTopic:
		data = e.wholeWindow(ch)
	case statisticsTopic:
		data = e.wholeStatistics(ch)
	case indexTopic, rankingTopic, expirationTopic:
		data = e.indexNews(ch)
	case portfolioTopic:
		return e.balances(ch)
	}
	if data == nil {
		return nil
	}
	return [][]byte{data}
}
