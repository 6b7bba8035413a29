package core

// Tick is what a source says of a market for one second.
type Tick struct {
	Price  int64 // last traded price, in units, on a tick
	Index  int64 // index price, in ten-thousandths
	Mark   int64 // mark price, in ten-thousandths
	Volume int64 // contracts traded in this second
	Sell   bool  // the taker of that trade sold
	Spread int64 // distance of best bid and best ask from Price, in ticks, at least 1
}

// Bar is one minute of a source, in units and contracts.
type Bar struct{ Open, High, Low, Close, Volume int64 }

// Source is where prices come from: a pure function of instrument and time. Users never move it.
type Source interface {
	// Tick gives the market in the second that began so many seconds after 1970.
	Tick(i *Instrument, second int64) Tick
	// Bar gives the minute that began so many minutes after 1970, up to and including a second.
	Bar(i *Instrument, minute, through int64) Bar
}
