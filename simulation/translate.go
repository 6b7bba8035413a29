package simulation

import (
	"strconv"
	"time"

	"github.com/tradebaas/tradebaas/broker"
	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/trade"
)

// This file puts the exchange's words into ours, as the client of the exchange does.

func sideOf(n int64) trade.Side {
	if n > 0 {
		return trade.Buy
	}
	return trade.Sell
}

func signOf(s trade.Side) int64 {
	if s == trade.Buy {
		return 1
	}
	return -1
}

func moment(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

func venueOrder(o *core.Order) trade.VenueOrder {
	i := o.Instrument
	v := trade.VenueOrder{ID: trade.VenueOrderID(o.ID), Label: o.Label, Instrument: i.Name, Side: sideOf(o.Side), Type: o.Type, State: o.State,
		Amount: i.Amount(o.Amount), ReduceOnly: o.ReduceOnly, OCORef: o.OCO, Secondary: o.Waiting,
		TriggeredBy: trade.VenueOrderID(o.TriggeredBy), Time: moment(max(o.Updated, o.Created)), CancelReason: o.CancelReason}
	if o.Conditional() {
		v.TriggerPrice = i.Price(o.TriggerPrice)
	} else if !o.Waiting { // what waits has no fill figures
		v.Filled, v.AveragePrice = i.Amount(o.Filled), o.AveragePrice(i).Round(8)
	}
	if !o.AtMarket() {
		v.Price = i.Price(o.Price)
	}
	return v
}

func venueOrders(orders []*core.Order) []trade.VenueOrder {
	list := make([]trade.VenueOrder, 0, len(orders))
	for _, o := range orders {
		list = append(list, venueOrder(o))
	}
	return list
}

func fillOf(t core.Trade) trade.Fill {
	i := t.Instrument
	return trade.Fill{ID: trade.VenueTradeID(i.IDPrefix + strconv.FormatInt(t.ID, 10)), Seq: t.Seq, Order: trade.VenueOrderID(t.Order),
		Label: t.Label, Instrument: i.Name, Side: sideOf(t.Side), Price: i.Price(t.Price), Amount: i.Amount(t.Amount), Fee: t.Fee,
		FeeCurrency: i.Settlement, ProfitLoss: t.ProfitLoss, Index: core.Fine(t.Index), Maker: t.Maker, Liquidation: t.Liquidation, Time: moment(t.Time)}
}

func fillsOf(trades []core.Trade) []trade.Fill {
	list := make([]trade.Fill, 0, len(trades))
	for _, t := range trades {
		list = append(list, fillOf(t))
	}
	return list
}

func positionOf(v core.PositionView) trade.VenuePosition {
	return trade.VenuePosition{Instrument: v.Market.Instrument.Name, Size: v.Size, AveragePrice: v.Average, MarkPrice: v.Market.MarkPrice(),
		UnrealizedPnL: v.Total, RealizedPnL: v.Realized, LiquidationPrice: v.Liquidation}
}

func balanceOf(s core.Summary) trade.Balance {
	return trade.Balance{Currency: s.Currency, Balance: s.Balance, Equity: s.Equity, Available: s.Available,
		InitialMargin: s.Initial, MaintenanceMargin: s.Maintenance}
}

func specOf(i *core.Instrument) trade.Spec {
	kind := trade.Linear
	if i.Inverse {
		kind = trade.Inverse
	}
	return trade.Spec{Instrument: i.Name, Kind: kind, Base: i.Base, Quote: i.Quote, Settlement: i.Settlement, PriceIndex: i.PriceIndex,
		TickSize: i.TickSize, AmountStep: i.ContractSize, MinAmount: i.ContractSize, MaxLeverage: trade.NewDec(i.MaxLeverage),
		MakerFee: i.MakerFee, TakerFee: i.TakerFee, Active: true}
}

func tickerOf(m *core.Market, now time.Time) trade.Ticker {
	bid, bids := m.Best(1)
	ask, asks := m.Best(-1)
	low, high := m.Band()
	i := m.Instrument
	return trade.Ticker{Instrument: i.Name, Time: now, Bid: i.Price(bid), BidAmount: i.Amount(bids), Ask: i.Price(ask), AskAmount: i.Amount(asks),
		Last: i.Price(m.Last), Mark: m.MarkPrice(), Index: m.IndexPrice(), MinPrice: i.Price(low), MaxPrice: i.Price(high)}
}

// refused puts a no of the exchange into the client's words.
func refused(e *core.Error) error {
	b := &broker.Error{Outcome: broker.Refused, Code: e.Code, Reason: e.Message + " " + e.Reason, Param: e.Param}
	switch e.Code {
	case 10004, 11044:
		b.Gone = true
	case 10028, 10041, 10047, 11051:
		b.Outcome, b.Busy = broker.NotSent, true
	case 13888:
		b.Outcome, b.Expired = broker.NotSent, true
	case 10001, 11094:
		b.Outcome = broker.Unknown
	}
	return b
}
