package store

import "time"

// PostgreSQL's word for a disk without room, and how long it counts after it was last heard.
const (
	codeDiskFull = "53100"
	fullFor      = 15 * time.Second
)

// noteRoom remembers that a transaction failed because the database had no room to write.
func (db *DB) noteRoom(err error) {
	if hasCode(err, codeDiskFull) {
		db.full.Store(time.Now().UnixNano())
	}
}

// Full tells whether the database had no room to write a moment ago.
func (db *DB) Full() bool {
	heard := db.full.Load()
	return heard != 0 && time.Since(time.Unix(0, heard)) < fullFor
}
