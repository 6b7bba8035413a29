package core

import (
	"strings"
	"time"

	"github.com/tradebaas/tradebaas/trade"
)

// datedID is the first instrument number of dated futures; family and date make the rest.
const datedID = 1_000_000

// Futures gives the dated futures that are listed in a second: of each perpetual in BTC those of the
// next two quarterly expiries. It is a pure function of time.
func Futures(second int64) (out []*Instrument) {
	for _, expiry := range quarterlies(second) {
		for _, like := range Perpetuals() {
			if like.Base == "BTC" {
				out = append(out, like.dated(expiry))
			}
		}
	}
	return out
}

// dated is the future with the perpetual's terms that is delivered at an expiry.
func (i *Instrument) dated(expiry time.Time) *Instrument {
	f := *i
	family, _, _ := strings.Cut(string(i.Name), "-")
	f.Name = trade.Instrument(family + "-" + strings.ToUpper(expiry.Format("2Jan06")))
	f.ID = i.ID*datedID + expiry.Year()%100*10_000 + int(expiry.Month())*100 + expiry.Day()
	f.FundingCap, f.Expiry = 0, expiry.UnixMilli()
	f.Created = expiryOf(expiry.Year(), expiry.Month()-6).UnixMilli()
	return &f
}

// quarterlies are the next two quarterly expiries after a second.
func quarterlies(second int64) (next [2]time.Time) {
	at := time.Unix(second, 0).UTC()
	year, month, n := at.Year(), (at.Month()+2)/3*3, 0
	for ; n < len(next); month += 3 {
		if e := expiryOf(year, month); e.After(at) {
			next[n] = e
			n++
		}
	}
	return next
}

// expiryOf is 08:00 UTC on the last Friday of a month; month 13 is January of the next year.
func expiryOf(year int, month time.Month) time.Time {
	last := time.Date(year, month+1, 0, 8, 0, 0, 0, time.UTC)
	return last.AddDate(0, 0, -int(last.Weekday()-time.Friday+7)%7)
}

// ListFutures starts the listing of dated futures at an exchange of a version that had none.
type ListFutures struct{}

// listFutures makes the markets of the futures that are listed now and were not before.
func (x *Exchange) listFutures() (Result, *Error) {
	x.Dated = true
	for _, i := range Futures(x.Second) {
		if _, known := x.byName[i.Name]; !known {
			x.list(i)
		}
	}
	return Result{}, nil
}

func (x *Exchange) list(i *Instrument) {
	m := &Market{Instrument: i, State: BookOpen, id: len(x.Markets)}
	x.Markets = append(x.Markets, m)
	x.byName[i.Name] = m.id
	x.running = append(x.running, m)
	m.price(x.quote(m))
	m.rebase()
	x.emit(Event{Kind: InstrumentChanged, Market: m.id, State: InstrumentCreated})
}
