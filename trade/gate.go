package trade

// Gate is what must be so before an account may enter. Exits and cancels always pass.
type Gate struct {
	Owner    bool   // this server owns the database
	Closed   string // why somebody wants no entries; "" for nobody
	Key      bool   // the exchange takes the key
	Up       bool   // logged in
	Compared bool   // with the exchange, since the session is up
	Stuck    bool   // the journal waits for its storage
	Clock    Clock  // of the exchange
}

// Judge opens or closes the account for entries, and gives the reason that a refused one gets.
func (a *Account) Judge(g Gate) *Error {
	a.refusal = a.shut(g)
	return a.refusal
}

func (a *Account) shut(g Gate) *Error {
	switch {
	case !g.Owner:
		return ErrFenced
	case g.Closed != "":
		return Errorf(Forbidden, "entries_off", "%s", g.Closed)
	case !g.Key:
		return ErrKeyRefused
	case !g.Up:
		return ErrNotConnected
	case !g.Compared:
		return Errorf(Unavailable, "reconciling", "The account is being compared with the exchange.")
	case g.Stuck:
		return Errorf(Unavailable, "database_away", "The database is away; nothing new is started until it is back.")
	case g.Clock.trouble() != nil:
		return g.Clock.trouble()
	case a.Unresolved():
		return Errorf(Unavailable, "unresolved", "What became of an earlier order is being found out.")
	}
	return nil
}
