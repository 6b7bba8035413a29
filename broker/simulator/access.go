package simulator

import "slices"

// accessMax is how many rows of an account's access log are kept.
const accessMax = 1_000

// access is one row of an account's access log: a login, or a change of a key.
type access struct {
	id      int64
	at      int64
	address string
	what    string // success, failure, new_api_key, ...
	client  string // of the key that was changed
}

// noteAccess adds a row to an account's access log.
func (c *call) noteAccess(account int64, what, client string) {
	d := c.e.desk(account)
	d.accessSeq++
	row := access{d.accessSeq, c.e.now(), c.conn.address, what, client}
	d.access = append(d.access, row)
	if ch := d.channels["user.access_log"]; ch != nil {
		c.e.queue(ch, renderAccess(row))
	}
	if len(d.access) > accessMax {
		d.access = append(d.access[:0:0], d.access[accessMax/2:]...)
	}
}

// accessLog gives an account's access log, newest first. It begins anew when the exchange does.
func (c *call) accessLog() ([]byte, *wireError) {
	p, err := c.page(10, 1_000)
	if err != nil {
		return nil, err
	}
	all := slices.Clone(c.desk.access)
	slices.Reverse(all)
	rows, _ := of(p, all)
	return newObject().int("records_total", int64(len(c.desk.access))).raw("data", list(rows, renderAccess)).end(), nil
}

func renderAccess(a access) []byte {
	o := newObject().int("id", a.id).str("ip", a.address).int("timestamp", a.at).str("country", "Local Country").
		str("city", "Local Town").str("log", a.what)
	if a.client != "" {
		o.str("data", a.client)
	}
	return o.end()
}
