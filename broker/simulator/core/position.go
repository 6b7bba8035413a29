package core

import "github.com/tradebaas/tradebaas/trade"

// Position is an account's net position in one market. Cost and quantity are kept, not the rounded
// average: linear cost is quote currency, inverse cost is coins.
type Position struct {
	Size        int64     // contracts, negative when short
	Cost        trade.Dec // of the whole size at its entry prices
	Booked      trade.Dec // the open profit that settlements have paid already
	FundingMark trade.Dec // the market's funding accumulator when last looked at
	Pending     trade.Dec // funding since then that is not booked yet, positive when received
	Realized    trade.Dec // profit realised in this session
	Funding     trade.Dec // funding booked in this session
	Settled     trade.Dec // last settlement price, 0 when opened since
}

func (p *Position) idle() bool {
	return p.Size == 0 && p.Realized.IsZero() && p.Funding.IsZero() && cash(p.Pending).IsZero()
}

// profit is what closing contracts that cost so much at a value gives.
func profit(i *Instrument, long bool, cost, value trade.Dec) trade.Dec {
	p := value.Sub(cost)
	if i.Inverse != !long {
		p = p.Neg()
	}
	return cash(p)
}

// fill books contracts at a price; signed is positive for a buy. It gives the profit measured from
// the entry and from the session's start.
func (p *Position) fill(i *Instrument, signed int64, price trade.Dec) (total, session trade.Dec) {
	closing := int64(0)
	if p.Size != 0 && (p.Size > 0) != (signed > 0) {
		closing = min(abs(signed), abs(p.Size))
		total, session = p.reduce(i, closing, price)
	}
	if opening := abs(signed) - closing; opening > 0 {
		p.Cost = p.Cost.Add(i.Value(i.Amount(opening), price))
		p.Size += sign(signed) * opening
	}
	return total, session
}

func (p *Position) reduce(i *Instrument, contracts int64, price trade.Dec) (total, session trade.Dec) {
	cost, booked := part(p.Cost, contracts, abs(p.Size)), cash(part(p.Booked, contracts, abs(p.Size)))
	total = profit(i, p.Size > 0, cost, i.Value(i.Amount(contracts), price))
	session = total.Sub(booked)
	p.Cost, p.Booked = p.Cost.Sub(cost), p.Booked.Sub(booked)
	p.Size -= sign(p.Size) * contracts
	p.Realized = p.Realized.Add(session)
	if p.Size == 0 {
		p.Settled = trade.Zero
	}
	return total, session
}

// part gives n of total's share of a cost, all of it when n is total.
func part(cost trade.Dec, n, total int64) trade.Dec {
	if n == total {
		return cost
	}
	return cost.Mul(trade.NewDec(n)).Div(trade.NewDec(total))
}

// floating gives the open profit at a price since the entry and since the session's start.
func (p *Position) floating(i *Instrument, price trade.Dec) (total, session trade.Dec) {
	if p.Size == 0 {
		return trade.Zero, trade.Zero
	}
	total = profit(i, p.Size > 0, p.Cost, i.Value(i.Amount(abs(p.Size)), price))
	return total, total.Sub(p.Booked)
}

// settle realises the open profit at a price without closing anything; it gives that profit.
func (p *Position) settle(i *Instrument, price trade.Dec) trade.Dec {
	total, open := p.floating(i, price)
	p.Realized, p.Booked, p.Settled = p.Realized.Add(open), total, trade.Zero
	if p.Size != 0 {
		p.Settled = price
	}
	return open
}

// accrue moves the funding since the last look into Pending.
func (p *Position) accrue(i *Instrument, accumulator trade.Dec) {
	if p.Size != 0 && !accumulator.Equal(p.FundingMark) {
		paid := accumulator.Sub(p.FundingMark).Mul(i.Amount(p.Size))
		p.Pending = p.Pending.Sub(paid)
	}
	p.FundingMark = accumulator
}

// book takes the pending funding, rounded to cash; what is rounded off stays pending.
func (p *Position) book() trade.Dec {
	booked := cash(p.Pending)
	p.Pending = p.Pending.Sub(booked)
	p.Funding = p.Funding.Add(booked)
	return booked
}

func abs(n int64) int64 {
	if n < 0 {
		return -n
	}
	return n
}

func sign(n int64) int64 {
	switch {
	case n > 0:
		return 1
	case n < 0:
		return -1
	}
	return 0
}
