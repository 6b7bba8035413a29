package trade

import (
	"fmt"
	"regexp"
	"strings"
)

// UserID identifies a tenant: a UUID in its canonical text form.
type UserID string

// Broker names an exchange adapter.
type Broker string

// Deribit is the one broker there is so far.
const Deribit Broker = "deribit"

// Environment is one of the worlds of a broker; each has accounts, keys and limits of its own.
type Environment string

// The environments. Paper is a simulated exchange that speaks the broker's own protocol.
const (
	Live    Environment = "live"
	Testnet Environment = "testnet"
	Paper   Environment = "paper"
)

// Simulated tells whether prices and fills of this environment are made up by a simulator.
func (e Environment) Simulated() bool { return e == Paper }

// RealMoney tells whether a loss here costs money.
func (e Environment) RealMoney() bool { return e == Live }

// Venue is one environment of one broker, such as deribit:paper.
type Venue struct {
	Broker      Broker      `json:"broker"`
	Environment Environment `json:"environment"`
}

func (v Venue) String() string { return string(v.Broker) + ":" + string(v.Environment) }

// ParseVenue checks a broker (empty means deribit) and an environment given by a user.
func ParseVenue(broker, environment string) (Venue, error) {
	if broker == "" {
		broker = string(Deribit)
	}
	v := Venue{Broker(broker), Environment(environment)}
	var fields []FieldError
	if v.Broker != Deribit {
		fields = append(fields, FieldError{"broker", `must be "deribit"`})
	}
	switch v.Environment {
	case Live, Testnet, Paper:
	default:
		fields = append(fields, FieldError{"environment", `must be "live", "testnet" or "paper"`})
	}
	if fields != nil {
		return Venue{}, InvalidFields("invalid_venue", "That exchange environment does not exist.", fields...)
	}
	return v, nil
}

// Instrument is the exchange's own name of a contract, such as BTC_USDC-PERPETUAL.
type Instrument string

var instrumentPattern = regexp.MustCompile(`^[A-Z0-9]{2,12}(_[A-Z0-9]{2,12})?-[A-Z0-9][A-Z0-9-]{0,30}$`)

// ParseInstrument checks the shape of an instrument's name; whether it exists only the exchange knows.
func ParseInstrument(s string) (Instrument, error) {
	if !instrumentPattern.MatchString(s) {
		return "", InvalidFields("invalid_instrument", "That is not the name of an instrument.",
			FieldError{"instrument", "must look like BTC_USDC-PERPETUAL"})
	}
	return Instrument(s), nil
}

// Currency is a settlement currency, such as USDC or BTC.
type Currency string

// Market is one instrument at one venue: deribit:paper:BTC_USDC-PERPETUAL.
type Market struct {
	Venue
	Instrument Instrument `json:"instrument"`
}

func (m Market) String() string { return m.Venue.String() + ":" + string(m.Instrument) }

// ParseMarket reads what Market.String wrote.
func ParseMarket(s string) (Market, error) {
	parts := strings.SplitN(s, ":", 3)
	if len(parts) != 3 {
		return Market{}, InvalidFields("invalid_market", "A market is broker:environment:instrument.",
			FieldError{"market", "must look like deribit:paper:BTC_USDC-PERPETUAL"})
	}
	venue, err := ParseVenue(parts[0], parts[1])
	if err != nil {
		return Market{}, err
	}
	instrument, err := ParseInstrument(parts[2])
	return Market{venue, instrument}, err
}

// AccountID is one user's account at one venue. It has exactly one writer of orders.
type AccountID struct {
	User UserID `json:"userId"`
	Venue
}

func (a AccountID) String() string { return string(a.User) + ":" + a.Venue.String() }

// StrategyID is userId:strategyName:instrument:broker:environment.
type StrategyID string

// NewStrategyID joins the parts of a strategy instance's identity.
func NewStrategyID(user UserID, name string, m Market) StrategyID {
	return StrategyID(fmt.Sprintf("%s:%s:%s:%s:%s", user, name, m.Instrument, m.Broker, m.Environment))
}

// StrategyKey is a StrategyID taken apart.
type StrategyKey struct {
	User   UserID
	Name   string
	Market Market
}

// ParseStrategyID takes an id apart; a malformed one is NotFound, like anybody else's.
func ParseStrategyID(id StrategyID) (StrategyKey, error) {
	parts := strings.Split(string(id), ":")
	if len(parts) != 5 {
		return StrategyKey{}, ErrStrategyNotFound
	}
	venue, err := ParseVenue(parts[3], parts[4])
	if err != nil {
		return StrategyKey{}, ErrStrategyNotFound
	}
	return StrategyKey{UserID(parts[0]), parts[1], Market{venue, Instrument(parts[2])}}, nil
}

// IntentID identifies one decision to trade: 32 hexadecimal digits of a time-ordered UUID.
type IntentID string

// OrderID is our own id of an order: a UUID.
type OrderID string

// VenueOrderID is the exchange's id of an order.
type VenueOrderID string

// VenueTradeID is the exchange's id of one fill.
type VenueTradeID string

// TradeID is our id of a round trip: a UUID.
type TradeID string
