package deribit

import (
	"bytes"
	"errors"
	"strings"

	"github.com/valyala/fastjson"

	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/killpoint"
	"github.com/tradebaas/tradebaas/trade"
)

var (
	changesPrefix   = []byte("user.changes.")
	ordersPrefix    = []byte("user.orders.")
	tradesPrefix    = []byte("user.trades.")
	portfolioPrefix = []byte("user.portfolio.")
)

// notify turns the account's notifications into events, in the order in which they came.
func (s *Session) notify(channel []byte, data *fastjson.Value) {
	var err error
	switch {
	case bytes.HasPrefix(channel, changesPrefix):
		err = s.changes(data)
	case bytes.HasPrefix(channel, ordersPrefix):
		err = s.orderEvents(data)
	case bytes.HasPrefix(channel, tradesPrefix):
		err = s.fillEvents(data)
	case bytes.HasPrefix(channel, portfolioPrefix):
		err = s.portfolio(data)
	}
	if err != nil { // the owner's regular sweep asks for what is lost here
		s.venue.quarantine(channel, data, err)
	}
}

// changes carries orders, fills and positions of one happening in one message.
func (s *Session) changes(data *fastjson.Value) error {
	return errors.Join(
		s.orderEvents(data.Get("orders")),
		s.fillEvents(data.Get("trades")),
		eachReadable(data.Get("positions"), parsePosition, func(p trade.VenuePosition) { s.emit(broker.PositionChanged{Position: p}) }))
}

func (s *Session) orderEvents(list *fastjson.Value) error {
	return eachReadable(list, parseOrder, func(o trade.VenueOrder) { s.emit(broker.OrderChanged{Order: o}) })
}

func (s *Session) fillEvents(list *fastjson.Value) error {
	return eachReadable(list, parseFill, func(f trade.Fill) {
		killpoint.At(killpoint.FillRead)
		s.emit(broker.Filled{Fill: f})
	})
}

// eachReadable hands on every element that can be read; one that cannot costs the others nothing.
// A raw order channel sends one object where the slower ones send a list.
func eachReadable[T any](v *fastjson.Value, parse func(*fastjson.Value) (T, error), tell func(T)) (err error) {
	list := v.GetArray()
	if v != nil && v.Type() == fastjson.TypeObject {
		list = []*fastjson.Value{v}
	}
	for _, item := range list {
		one, unreadable := parse(item)
		if unreadable != nil {
			err = errors.Join(err, unreadable)
			continue
		}
		tell(one)
	}
	return err
}

func (s *Session) portfolio(data *fastjson.Value) error {
	balance, err := parseBalance(data)
	if err == nil {
		s.emit(broker.BalanceChanged{Balance: balance})
	}
	return err
}

// parseBalance reads an account summary; the channel writes its currency in either case.
func parseBalance(v *fastjson.Value) (trade.Balance, error) {
	o := object{v: v}
	b := trade.Balance{
		Currency:          trade.Currency(strings.ToUpper(o.text("currency"))),
		Balance:           o.dec("balance"),
		Equity:            o.dec("equity"),
		Available:         o.dec("available_funds"),
		InitialMargin:     o.dec("initial_margin"),
		MaintenanceMargin: o.dec("maintenance_margin"),
	}
	return b, o.err
}
