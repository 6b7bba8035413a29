package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/mail"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/tradebaas/tradebaas/configs"
	"github.com/tradebaas/tradebaas/http"
	"github.com/tradebaas/tradebaas/store"
	"github.com/tradebaas/tradebaas/trade"
)

// AdminCmd manages administrators where the owner's link cannot be opened.
type AdminCmd struct {
	Create AdminCreateCmd `cmd:"" help:"Make an administrator's account."`
}

// AdminCreateCmd makes an administrator. The password comes from standard input
// and never from an argument, which other users of the machine could read.
type AdminCreateCmd struct {
	Email         string `required:"" help:"Address to sign in with."`
	FullName      string `help:"Name shown to others."`
	PasswordStdin bool   `required:"" help:"Read the password, one line, from standard input."`
}

// Run makes the account.
func (c AdminCreateCmd) Run() error {
	password, err := readLine(os.Stdin)
	if err != nil {
		return err
	}
	return withDatabase(func(ctx context.Context, config configs.Config, d *database) error {
		if _, err := configs.EnsureKeys(&config); err != nil {
			return err
		}
		if _, err := d.migrate(ctx); err != nil {
			return err
		}
		db, err := d.store(ctx, config)
		if err != nil {
			return err
		}
		defer db.Close()
		user, err := c.create(ctx, db, config.Passwords, password)
		if err != nil {
			return err
		}
		ownerLink{path: filepath.Join(config.DataDir, "owner-link")}.used()
		fmt.Printf("%s is an administrator\n", user.Email)
		return nil
	})
}

func (c AdminCreateCmd) create(ctx context.Context, db *store.DB, cost configs.Passwords, password string) (trade.User, error) {
	email, err := mail.ParseAddress(c.Email)
	if err != nil || email.Name != "" {
		return trade.User{}, fmt.Errorf("%q is not an e-mail address", c.Email)
	}
	hash, err := http.HashPassword(ctx, http.PasswordCost(cost), email.Address, password)
	if err != nil {
		return trade.User{}, sentenceOf(err)
	}
	user, err := db.CreateUser(ctx, trade.NewUser{
		Email: strings.ToLower(email.Address), FullName: c.FullName, PasswordHash: hash, IsAdmin: true,
	})
	if err != nil {
		return trade.User{}, sentenceOf(err)
	}
	entry := trade.AuditEntry{Action: "admin.created", Subject: string(user.ID), At: time.Now(), Detail: map[string]string{"from": "shell"}}
	return user, db.AddAudit(ctx, user.ID, entry)
}

// readLine reads a line without its end; a last line without an end counts.
func readLine(in io.Reader) (string, error) {
	line, err := bufio.NewReader(io.LimitReader(in, 4096)).ReadString('\n')
	if err != nil && !errors.Is(err, io.EOF) {
		return "", fmt.Errorf("read the password: %w", err)
	}
	line = strings.TrimRight(line, "\r\n")
	if line == "" {
		return "", errors.New("no password came on standard input: pipe one line into this command")
	}
	return line, nil
}

// sentenceOf turns a refusal into what a person at a shell should read.
func sentenceOf(err error) error {
	var refusal *trade.Error
	if !errors.As(err, &refusal) {
		return err
	}
	text := refusal.Message
	for _, field := range refusal.Fields {
		text += fmt.Sprintf(" The %s %s.", field.Field, field.Error)
	}
	return errors.New(text)
}
