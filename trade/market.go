package trade

import "time"

// ContractKind tells in which currency a contract's profit is counted.
type ContractKind string

// Linear contracts are sized in the base coin and settle in the quote currency; inverse ones are
// sized in USD and settle in the coin.
const (
	Linear  ContractKind = "linear"
	Inverse ContractKind = "inverse"
)

// Spec is what the exchange says of an instrument. Never cached beyond a session: contracts change.
type Spec struct {
	Instrument  Instrument   `json:"instrument"`
	Kind        ContractKind `json:"kind"`
	Base        Currency     `json:"base"`
	Quote       Currency     `json:"quote"`
	Settlement  Currency     `json:"settlement"`
	PriceIndex  string       `json:"priceIndex"`
	TickSize    Dec          `json:"tickSize"`
	AmountStep  Dec          `json:"amountStep"` // contract size, in the amount's unit
	MinAmount   Dec          `json:"minAmount"`
	MaxLeverage Dec          `json:"maxLeverage"`
	MakerFee    Dec          `json:"makerFee"` // fraction of the notional, 0.00015 = 1.5 basis points
	TakerFee    Dec          `json:"takerFee"`
	Active      bool         `json:"active"`
}

// Ticker is the newest known state of a market. Prices are in the quote currency; a side of the
// book that is empty has price and amount 0.
type Ticker struct {
	Instrument Instrument `json:"instrument"`
	Time       time.Time  `json:"time"` // exchange time
	Bid        Dec        `json:"bid"`
	BidAmount  Dec        `json:"bidAmount"`
	Ask        Dec        `json:"ask"`
	AskAmount  Dec        `json:"askAmount"`
	Last       Dec        `json:"last"`
	Mark       Dec        `json:"mark"`
	Index      Dec        `json:"index"`
	MinPrice   Dec        `json:"minPrice"` // price band: sells below and buys above are refused
	MaxPrice   Dec        `json:"maxPrice"`
}

// Candle is one minute of trading; Open time is exchange-aligned UTC. Volume is in the base coin.
type Candle struct {
	OpenTime time.Time `json:"openTime"`
	Open     Dec       `json:"open"`
	High     Dec       `json:"high"`
	Low      Dec       `json:"low"`
	Close    Dec       `json:"close"`
	Volume   Dec       `json:"volume"`
}

// Book is an order book, best price first on both sides.
type Book struct {
	Instrument Instrument
	Time       time.Time // exchange time
	Bids       []Level
	Asks       []Level
}

// Level is what rests at one price.
type Level struct {
	Price  Dec
	Amount Dec
}
