package core

import "github.com/tradebaas/tradebaas/trade"

// How much history an account keeps; the oldest half is dropped when it is exceeded.
const (
	closedMax = 2_000
	tradesMax = 10_000
	logMax    = 10_000
)

// Account is one trader at the exchange.
type Account struct {
	ID                 int64
	Name               string
	Keys               []*Key // oldest first
	KeySeq             int64  // of the last key made
	Created            int64
	CancelOnDisconnect bool   `json:",omitempty"` // what a connection starts with when it signs in
	SelfTrading        string `json:",omitempty"` // SelfTradingMode tells what holds
	Wallets            []*Wallet
	Positions          []*Position // one per market, made when first needed
	Orders             []*Order    // live, oldest first
	Closed             []*Order    // oldest first
	Trades             []Trade
	Log                []LogRow
	LogSeq             int64

	guard guard
}

// Wallet is an account's money in one currency. Balance is cash: fees move it at once, profit and
// funding at the daily settlement.
type Wallet struct {
	Currency trade.Currency
	Balance  trade.Dec
	Fees     trade.Dec // paid since the account was made
}

// LogRow is one line of the transaction log.
type LogRow struct {
	ID         int64
	Time       int64
	Type       string // deposit, trade, settlement, delivery, liquidation or correction
	Currency   trade.Currency
	Market     int // -1: none
	Side       string
	Amount     int64
	Price      trade.Dec
	Position   int64
	Commission trade.Dec
	CashFlow   trade.Dec // profit of this session that the row realises
	Interest   trade.Dec // funding that the row books, positive when received
	ProfitLoss trade.Dec `json:",omitzero"` // settlement: of what stays open; delivery: since the entry
	Change     trade.Dec // of the cash balance
	Balance    trade.Dec
	Equity     trade.Dec
	Mark       int64
	Index      int64
	TradeID    int64
	Order      string
	Maker      bool `json:",omitempty"` // of a trade: the account's order was there first

	Instrument *Instrument `json:"-"` // nil without a market
}

func (a *Account) wallet(c trade.Currency) *Wallet {
	for _, w := range a.Wallets {
		if w.Currency == c {
			return w
		}
	}
	w := &Wallet{Currency: c}
	a.Wallets = append(a.Wallets, w)
	return w
}

// cash is the balance in a currency; unlike wallet it makes nothing.
func (a *Account) cash(c trade.Currency) Wallet {
	for _, w := range a.Wallets {
		if w.Currency == c {
			return *w
		}
	}
	return Wallet{Currency: c}
}

// held is the position in a market; unlike position it makes nothing.
func (a *Account) held(market int) Position {
	if market < len(a.Positions) {
		return *a.Positions[market]
	}
	return Position{}
}

func (a *Account) position(market int) *Position {
	for len(a.Positions) <= market {
		a.Positions = append(a.Positions, &Position{})
	}
	return a.Positions[market]
}

func (a *Account) drop(o *Order) {
	for i, p := range a.Orders {
		if p == o {
			a.Orders = append(a.Orders[:i], a.Orders[i+1:]...)
			return
		}
	}
}

// openAccount makes an account, in the order of ids; ids start at 70001.
func (x *Exchange) openAccount(c *OpenAccount) (Result, *Error) {
	if x.byClient[c.Key] != nil {
		return Result{}, Invalid("key", "already in use")
	}
	a := &Account{ID: 70_001 + int64(len(x.Accounts)), Name: c.Name, Created: x.Now}
	x.Accounts = append(x.Accounts, a)
	if _, err := x.makeKey(&MakeKey{Account: a.ID, Client: c.Key, Secret: c.Secret, Name: c.Name, Scope: c.Scope}); err != nil {
		return Result{}, err
	}
	for _, b := range c.Balances {
		x.deposit(a, b)
	}
	return Result{Account: a.ID}, nil
}

func (x *Exchange) deposit(a *Account, b Balance) {
	w := a.wallet(b.Currency)
	w.Balance = w.Balance.Add(b.Amount)
	x.log(a, LogRow{Type: "deposit", Currency: b.Currency, Market: -1, Change: b.Amount})
}

func (x *Exchange) setDisconnect(c *SetDisconnect) (Result, *Error) {
	a := x.account(c.Account)
	if a == nil {
		return Result{}, ErrUnknownAccount
	}
	a.CancelOnDisconnect = c.Cancel
	return Result{Account: a.ID}, nil
}

func (x *Exchange) log(a *Account, row LogRow) {
	a.LogSeq++
	row.ID, row.Time = a.LogSeq, x.Now
	if row.Market >= 0 {
		row.Instrument = x.Markets[row.Market].Instrument
	}
	row.Balance, row.Equity = a.wallet(row.Currency).Balance, x.equity(a, row.Currency)
	a.Log = append(a.Log, row)
	if len(a.Log) > logMax {
		a.Log = append(a.Log[:0:0], a.Log[logMax/2:]...)
	}
}

func (x *Exchange) account(id int64) *Account {
	i := id - 70_001
	if i < 0 || i >= int64(len(x.Accounts)) {
		return nil
	}
	return x.Accounts[i]
}

// Account finds an account by its number; nil when there is none.
func (x *Exchange) Account(id int64) *Account { return x.account(id) }
