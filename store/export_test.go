package store

// HoldNotes takes every turn to write what nothing waits for.
func (db *DB) HoldNotes() (free func()) {
	for range cap(db.notes) {
		db.notes <- struct{}{}
	}
	return func() {
		for range cap(db.notes) {
			<-db.notes
		}
	}
}
