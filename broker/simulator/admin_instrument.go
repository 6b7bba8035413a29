package simulator

import (
	"encoding/json"
	"net/http"

	"github.com/tradebaas/tradebaas/broker/simulator/core"
	"github.com/tradebaas/tradebaas/trade"
)

// adminInstrument changes terms or state of an instrument, as Deribit does now and then:
// {"tick_size":"0.5","contract_size":"0.0001","min_trade_amount":"0.001","state":"locked"}.
func adminInstrument(c adminCall) ([]byte, *adminError) {
	var q struct {
		TickSize     *trade.Dec `json:"tick_size"`
		ContractSize *trade.Dec `json:"contract_size"`
		MinAmount    *trade.Dec `json:"min_trade_amount"`
		State        string     `json:"state"`
	}
	if json.Unmarshal(c.body, &q) != nil {
		return nil, badRequest("the body is not a change of an instrument")
	}
	name := trade.Instrument(c.r.PathValue("name"))
	if c.e.core.MarketOf(name) == nil {
		return nil, &adminError{http.StatusNotFound, "there is no such instrument"}
	}
	return nothing(c.e.apply(core.Command{SetInstrument: &core.SetInstrument{Instrument: name,
		TickSize: q.TickSize, ContractSize: q.ContractSize, MinAmount: q.MinAmount, State: q.State}}))
}

// adminSettlement sets how long each daily settlement shuts the books: {"seconds":5}.
func adminSettlement(c adminCall) ([]byte, *adminError) {
	var q struct {
		Seconds int64 `json:"seconds"`
	}
	if json.Unmarshal(c.body, &q) != nil {
		return nil, badRequest("the body needs a number of seconds")
	}
	return nothing(c.e.apply(core.Command{SetPause: &core.SetPause{Seconds: q.Seconds}}))
}

// nothing answers a change that has no result to tell.
func nothing(_ core.Result, err *wireError) ([]byte, *adminError) {
	if err != nil {
		return nil, badRequest(err.Error())
	}
	return []byte("{}"), nil
}
