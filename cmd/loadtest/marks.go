package main

import (
	"bytes"
	"fmt"
	"strconv"
	"sync"
)

const (
	uuidLength   = 36
	leaksTold    = 20 // leaks that are told one by one
	labelPrefix  = `"tb-`
	markedDomain = "load.invalid" // no address there reaches anybody
)

// marks tells whose something is. Every user carries marks that may appear nowhere else: an address
// and a name with the user's number, the ids that the server gave them (those of their strategies
// contain the user's own), and the labels of their orders. An id belongs to the first who sees it.
type marks struct {
	prefix []byte // of the numbered marks of this run

	mu     sync.RWMutex
	owners map[string]int
	count  int
	told   []string
}

func newMarks(run string) *marks {
	return &marks{prefix: []byte("load-" + run + "-"), owners: map[string]int{}}
}

// of is the numbered mark of a user.
func (m *marks) of(user int) string { return string(m.prefix) + strconv.Itoa(user) + "-" }

// email is an address that carries the mark.
func (m *marks) email(user int) string { return m.of(user) + "@" + markedDomain }

// check looks through everything that a user was sent.
func (m *marks) check(user int, where string, data []byte) {
	m.checkNumbers(user, where, data)
	m.checkIDs(user, where, data)
	m.checkLabels(user, where, data)
}

func (m *marks) checkNumbers(user int, where string, data []byte) {
	for {
		at := bytes.Index(data, m.prefix)
		if at < 0 {
			return
		}
		data = data[at+len(m.prefix):]
		number, _, _ := bytes.Cut(data, []byte{'-'})
		if owner, err := strconv.Atoi(string(number)); err != nil || owner != user {
			m.leaked(user, where, string(m.prefix)+string(number[:min(len(number), 12)]))
		}
	}
}

// checkIDs finds what looks like a UUID.
func (m *marks) checkIDs(user int, where string, data []byte) {
	for at := 0; ; {
		dash := bytes.IndexByte(data[at:], '-')
		if dash < 0 {
			return
		}
		at += dash + 1
		begin := at - 9
		if begin < 0 || begin+uuidLength > len(data) || !isUUID(data[begin:begin+uuidLength]) {
			continue
		}
		m.claim(user, where, string(data[begin:begin+uuidLength]))
		at = begin + uuidLength
	}
}

func isUUID(text []byte) bool {
	for i, c := range text {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if c != '-' {
				return false
			}
		} else if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

func (m *marks) checkLabels(user int, where string, data []byte) {
	for {
		at := bytes.Index(data, []byte(labelPrefix))
		if at < 0 {
			return
		}
		data = data[at+1:]
		label, _, _ := bytes.Cut(data, []byte{'"'})
		m.claim(user, where, string(label))
	}
}

// claim makes an id the user's, or finds that it is somebody else's.
func (m *marks) claim(user int, where, id string) {
	m.mu.RLock()
	owner, known := m.owners[id]
	m.mu.RUnlock()
	if !known {
		m.mu.Lock()
		if owner, known = m.owners[id]; !known {
			owner = user
			m.owners[id] = user
		}
		m.mu.Unlock()
	}
	if owner != user {
		m.leaked(user, where, fmt.Sprintf("%s, which is user %d's", id, owner))
	}
}

func (m *marks) leaked(user int, where, what string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.count++
	if len(m.told) < leaksTold {
		m.told = append(m.told, fmt.Sprintf("user %d was sent %s by %s", user, what, where))
	}
}

func (m *marks) leaks() (count int, told []string) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.count, m.told
}
