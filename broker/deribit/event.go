package deribit

import (
	"bytes"
	"strings"

	"github.com/valyala/fastjson"

	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/killpoint"
	"github.com/tradebaas/tradebaas/trade"
)

var (
	changesPrefix   = []byte("user.changes.")
	portfolioPrefix = []byte("user.portfolio.")
)

// notify turns the account's notifications into events, in the order in which they came.
func (s *Session) notify(channel []byte, data *fastjson.Value) {
	var err error
	switch {
	case bytes.HasPrefix(channel, changesPrefix):
		err = s.changes(data)
	case bytes.HasPrefix(channel, portfolioPrefix):
		err = s.portfolio(data)
	}
	if err != nil {
		// The owner's regular sweep asks for what was lost here.
		s.log.Error().Err(err).Bytes("channel", channel).Msg("deribit.event.unreadable")
	}
}

// changes carries orders, fills and positions of one happening in one message.
func (s *Session) changes(data *fastjson.Value) error {
	err := each(data.Get("orders"), func(v *fastjson.Value) error {
		order, err := parseOrder(v)
		if err == nil {
			s.emit(broker.OrderChanged{Order: order})
		}
		return err
	})
	if err != nil {
		return err
	}
	err = each(data.Get("trades"), func(v *fastjson.Value) error {
		fill, err := parseFill(v)
		if err == nil {
			killpoint.At(killpoint.FillRead)
			s.emit(broker.Filled{Fill: fill})
		}
		return err
	})
	if err != nil {
		return err
	}
	return each(data.Get("positions"), func(v *fastjson.Value) error {
		position, err := parsePosition(v)
		if err == nil {
			s.emit(broker.PositionChanged{Position: position})
		}
		return err
	})
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
