package actors

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/tradebaas/tradebaas/actors/kit"
	"github.com/tradebaas/tradebaas/trade"
)

const (
	topicsMost   = 100
	sessionCheck = 2 * time.Second
)

// Notes of a session to itself, and from its user.
type (
	sessionChecked struct{}
	leasesDue      struct{}
	// snapshotsStale says that what connections publish must be taken anew.
	snapshotsStale struct{ kit.Must }
)

// session is one open page: it knows what the page follows, asks for snapshots
// and passes on what comes. It dies with its socket.
type session struct {
	env     *Env
	user    trade.UserID
	out     *outlet
	topics  map[string]*followed
	markets map[trade.Market]*marketTopics
}

// followed is one topic of a page. live: its snapshot is on its way out, so
// updates may follow.
type followed struct{ live bool }

// marketTopics are the topics of one market that a page follows.
type marketTopics struct {
	ticker  bool
	candles []trade.Resolution
}

func sessionSpec(env *Env, user trade.UserID, out *outlet) kit.Spec {
	return kit.Spec{Kind: "session", Cap: 1024, New: func() kit.Actor {
		return &session{env: env, user: user, out: out, topics: map[string]*followed{}, markets: map[trade.Market]*marketTopics{}}
	}}
}

// Receive is the table of contents.
func (s *session) Receive(c *kit.Context) {
	switch msg := c.Message().(type) {
	case kit.Started:
		s.start(c)
	case kit.Stopping, kit.Restarting:
		s.leaveAll(c)
	case clientFrame:
		s.client(c, msg.text)
	case socketGone:
		c.Stop()
	case closeSession:
		s.out.close(msg.Code, msg.Reason)
	case pageSnapshot:
		s.snapshot(msg.Topic, msg.Data)
	case snapshotsStale:
		s.askAgain(c)
	case topicRefused:
		s.refuse(msg.Topic, msg.Err)
	case Published:
		s.update(msg.Topic, keyOf(msg), msg.Data)
	case TickerMoved:
		s.market(msg.Page)
	case CandlesKept:
		s.snapshot(msg.Page.Topic, msg.Page.Data)
	case CandleMoved:
		s.update(msg.Page.Topic, msg.Page.Key, msg.Page.Data)
	case MarketStarted:
		if _, ok := s.markets[msg.Market]; ok {
			s.follow(c, msg.Market)
		}
	case marketsRestarted:
		s.followAll(c)
	case MarketState:
	case leasesDue:
		s.followAll(c)
		c.After(leaseRenew, leasesDue{})
	case sessionChecked:
		s.check(c)
	default:
		c.Unknown()
	}
}

// keyOf is "" for what must arrive; everything else is conflated.
func keyOf(m Published) string {
	switch {
	case m.Must:
		return ""
	case m.Key == "":
		return m.Topic
	}
	return m.Key
}

func candlesTopic(m trade.Market, r trade.Resolution) string {
	return candlesPrefix + m.String() + ":" + string(r)
}

func (s *session) start(c *kit.Context) {
	if s.out.isClosed() { // a restart: the page has lost its session and comes back
		c.Stop()
		return
	}
	c.SetState("open")
	out := s.out
	c.Defer(func() { out.close(closeRestart, "reconnect") })
	c.After(sessionCheck, sessionChecked{})
	c.After(leaseRenew, leasesDue{})
}

// check closes a page that does not read.
func (s *session) check(c *kit.Context) {
	if s.out.stuck(time.Now()) {
		s.env.figures.slow.Inc()
		c.Log().Warn().Msg("session.slow")
		s.out.close(closeSlow, "too slow")
		return
	}
	c.After(sessionCheck, sessionChecked{})
}

// ---- what the page says ----

type clientMessage struct {
	Type   string   `json:"type"`
	Topics []string `json:"topics"`
}

func (s *session) client(c *kit.Context, text []byte) {
	var m clientMessage
	if err := json.Unmarshal(text, &m); err != nil {
		s.refuse("", trade.Errorf(trade.Malformed, "bad_frame", "A frame must be a JSON object with a type."))
		return
	}
	switch m.Type {
	case "ping":
		s.out.put(waitingFrame{kind: "pong", key: "pong"}, time.Now())
	case "subscribe":
		for _, topic := range m.Topics {
			s.subscribe(c, topic)
		}
	case "unsubscribe":
		for _, topic := range m.Topics {
			s.unsubscribe(c, topic)
		}
	default:
		s.refuse("", trade.Errorf(trade.Malformed, "bad_frame", "The types are subscribe, unsubscribe and ping."))
	}
}

// subscribe follows a topic; a topic that is followed already gets a new snapshot.
func (s *session) subscribe(c *kit.Context, topic string) {
	if len(s.topics) >= topicsMost && s.topics[topic] == nil {
		s.refuse(topic, trade.Errorf(trade.TooMany, "too_many_topics", "A page may follow %d topics.", topicsMost))
		return
	}
	begin, err := s.source(c, topic)
	if err != nil {
		s.refuse(topic, err)
		return
	}
	s.topics[topic] = &followed{}
	begin()
}

// source answers how to begin following a topic.
func (s *session) source(c *kit.Context, topic string) (begin func(), err error) {
	kind, rest, _ := strings.Cut(topic, ":")
	switch kind + ":" {
	case tickerPrefix, candlesPrefix:
		market, resolution, err := s.parseMarket(kind+":", rest)
		if err != nil {
			return nil, err
		}
		return func() { s.begin(c, market, resolution, true) }, nil
	case analysisPrefix:
		id := trade.StrategyID(rest)
		if key, err := trade.ParseStrategyID(id); err != nil || key.User != s.user {
			return nil, trade.ErrStrategyNotFound
		}
		return func() { c.Parent().Tell(wantAnalysis{Strategy: id, Session: c.Name(), On: true}) }, nil
	}
	switch topic {
	case topicConnection, topicStrategies, topicOrders, topicTrades, topicPositions, topicBalance:
		return func() { c.Parent().Tell(wantSnapshot{Topic: topic, Session: c.Name()}) }, nil
	}
	return nil, trade.Errorf(trade.NotFound, "unknown_topic", "There is no such topic.")
}

// parseMarket reads the market of a topic, and of candles their length; "" for tickers.
func (s *session) parseMarket(prefix, rest string) (market trade.Market, r trade.Resolution, err error) {
	if prefix == candlesPrefix {
		last := strings.LastIndexByte(rest, ':') + 1
		if r = trade.Resolution(rest[last:]); r.Length() == 0 {
			return market, r, trade.Errorf(trade.Refused, "unknown_topic",
				"Candles are candles:broker:environment:instrument:resolution, and the resolutions are %v.", trade.Resolutions)
		}
		rest = strings.TrimSuffix(rest[:last], ":")
	}
	market, err = trade.ParseMarket(rest)
	if _, ok := s.env.Venues[market.Venue]; !ok && err == nil {
		err = errVenueOff(market.Venue)
	}
	return market, r, err
}

func (s *session) unsubscribe(c *kit.Context, topic string) {
	if s.topics[topic] == nil {
		return
	}
	delete(s.topics, topic)
	kind, rest, _ := strings.Cut(topic, ":")
	switch kind + ":" {
	case tickerPrefix, candlesPrefix:
		if market, resolution, err := s.parseMarket(kind+":", rest); err == nil {
			s.begin(c, market, resolution, false)
		}
	case analysisPrefix:
		c.Parent().Tell(wantAnalysis{Strategy: trade.StrategyID(rest), Session: c.Name()})
	}
}

// ---- markets ----

// begin begins or ends one topic of a market: its candles of a length, or with
// "" its ticker.
func (s *session) begin(c *kit.Context, m trade.Market, r trade.Resolution, on bool) {
	t := s.markets[m]
	if t == nil {
		t = &marketTopics{}
		s.markets[m] = t
	}
	if r == "" {
		t.ticker = on
	} else {
		t.candles = slices.DeleteFunc(slices.Clone(trade.Resolutions), func(x trade.Resolution) bool {
			return x == r && !on || x != r && !slices.Contains(t.candles, x)
		})
	}
	s.env.toMarket(m, LeaveMarket{Follower: s.follower(c)}) // so that everything is told anew
	if !t.ticker && len(t.candles) == 0 {
		delete(s.markets, m)
		return
	}
	s.follow(c, m)
}

func (s *session) follower(c *kit.Context) string { return c.Self().ID() }

func (s *session) follow(c *kit.Context, m trade.Market) {
	t := s.markets[m]
	s.env.toMarket(m, FollowMarket{Follower: s.follower(c), From: c.Self(), Ticker: t.ticker, Candles: t.candles})
}

// leaveAll spares the markets telling a page that is gone, until its leases end.
func (s *session) leaveAll(c *kit.Context) {
	for m := range s.markets {
		s.env.toMarket(m, LeaveMarket{Follower: s.follower(c)})
	}
}

func (s *session) followAll(c *kit.Context) {
	for m := range s.markets {
		s.follow(c, m)
	}
}

// ---- frames ----

// snapshot begins a followed topic, or begins it anew.
func (s *session) snapshot(topic string, data json.RawMessage) {
	if f := s.topics[topic]; f != nil {
		f.live = true
		s.out.put(waitingFrame{kind: "snapshot", topic: topic, data: data}, time.Now())
	}
}

// update passes on what comes after the snapshot; what comes before it is part of it.
func (s *session) update(topic, key string, data json.RawMessage) {
	if f := s.topics[topic]; f != nil && f.live {
		s.out.put(waitingFrame{kind: "update", topic: topic, key: key, data: data}, time.Now())
		return
	}
	if strings.HasPrefix(topic, analysisPrefix) { // each one is whole: the first is the snapshot
		s.snapshot(topic, data)
	}
}

// market passes on a price; each one is whole, so the first is the snapshot.
func (s *session) market(item PageItem) {
	if f := s.topics[item.Topic]; f != nil && !f.live {
		s.snapshot(item.Topic, item.Data)
		return
	}
	s.update(item.Topic, item.Key, item.Data)
}

// askAgain takes new snapshots of what the user's connections publish.
func (s *session) askAgain(c *kit.Context) {
	for _, topic := range []string{topicOrders, topicTrades, topicPositions, topicBalance} {
		if s.topics[topic] != nil {
			c.Parent().Tell(wantSnapshot{Topic: topic, Session: c.Name()})
		}
	}
}

func (s *session) refuse(topic string, err error) {
	var refusal *trade.Error
	if !errors.As(err, &refusal) {
		refusal = trade.ErrUnavailable
	}
	key := "error:" + refusal.Code // a page that errs in a loop fills nothing
	s.out.put(waitingFrame{kind: "error", topic: topic, key: key, code: refusal.Code, text: refusal.Message}, time.Now())
}
