package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
)

// kept is what the file of users holds of each. The run's number makes the marks of earlier users
// known again.
type kept struct {
	Run    string     `json:"run"`
	People []keptUser `json:"people"`
}

type keptUser struct {
	ID       string `json:"id"`
	Email    string `json:"email"`
	Password string `json:"password"`
	Cookie   string `json:"cookie"` // spares the server a password
	Account  bool   `json:"account"`
}

// readUsers takes the users of an earlier run, as many as are wanted.
func (r *run) readUsers() error {
	raw, err := os.ReadFile(r.o.UsersFile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	var file kept
	if err == nil {
		err = json.Unmarshal(raw, &file)
	}
	if err != nil {
		return fmt.Errorf("--users-file: %w", err)
	}
	r.id, r.marks = file.Run, newMarks(file.Run)
	for i, u := range file.People[:min(len(file.People), r.o.Users)] {
		p := newPerson(r, i)
		p.id, p.email, p.password, p.cookie, p.account = u.ID, u.Email, u.Password, u.Cookie, u.Account
		r.people = append(r.people, p)
	}
	r.spare = file.People[len(r.people):]
	return nil
}

// writeUsers keeps everybody who has an account.
func (r *run) writeUsers() error {
	file := kept{Run: r.id}
	for _, p := range r.people {
		if p.id != "" {
			file.People = append(file.People, keptUser{p.id, p.email, p.password, p.cookie, p.account})
		}
	}
	file.People = append(file.People, r.spare...)
	raw, err := json.Marshal(file)
	if err == nil {
		err = os.WriteFile(r.o.UsersFile, raw, 0o600)
	}
	if err != nil {
		return fmt.Errorf("--users-file: %w", err)
	}
	return nil
}
