package simulator

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"
)

// Admin calls the admin listener of a simulated exchange, in this process or in another. Its errors
// are *AdminError where the exchange refused, and the connection's otherwise.
type Admin struct {
	url, token string
	client     http.Client
}

// NewAdmin makes a client for an address such as http://127.0.0.1:8091.
func NewAdmin(url, token string) *Admin {
	return &Admin{url: url, token: token, client: http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}}
}

// Admin is a client of the exchange's own admin listener.
func (x *Exchange) Admin() *Admin { return NewAdmin(x.AdminURL(), x.AdminToken()) }

// AdminError is a refusal of the admin listener in words, with its HTTP status.
type AdminError struct {
	Status int
	Words  string
}

func (e *AdminError) Error() string {
	return fmt.Sprintf("the exchange's admin listener answered %d: %s", e.Status, e.Words)
}

// NewAccount is an account that was made, and the key that signs in to it.
type NewAccount struct {
	ID          int64 `json:"accountId,string"`
	Key, Secret string
}

// Account makes an account with balances such as {"USDC": "10000", "BTC": "0.1"}. Its key may do
// what a scope says; with "" it may trade and read.
func (a *Admin) Account(ctx context.Context, balances map[string]string, scope string) (made NewAccount, err error) {
	err = a.Call(ctx, "/accounts", map[string]any{"balances": balances, "scope": scope}, &made)
	return made, err
}

// Fault turns a switch.
func (a *Admin) Fault(ctx context.Context, name string, t Trouble) error {
	return a.Call(ctx, "/faults/"+name, t, nil)
}

// Script turns switches by the exchange's time.
func (a *Admin) Script(ctx context.Context, steps ...Step) error {
	return a.Call(ctx, "/faults/script", steps, nil)
}

// Clear ends the faults that are named, or all of them and every script.
func (a *Admin) Clear(ctx context.Context, names ...string) error {
	if len(names) == 0 {
		return a.Call(ctx, "/faults/clear", nil, nil)
	}
	for _, name := range names {
		if err := a.Call(ctx, "/faults/"+name+"/clear", nil, nil); err != nil {
			return err
		}
	}
	return nil
}

// Web does by hand, on the exchange's own pages, what an account's owner can do there: a method such
// as buy, edit, cancel, cancel_all or close_position, with the parameters of the private call.
func (a *Admin) Web(ctx context.Context, account int64, method string, params, into any) error {
	return a.Call(ctx, fmt.Sprintf("/accounts/%d/web/%s", account, method), params, into)
}

// Faults lists what is active, and how often each switch has struck.
func (a *Admin) Faults(ctx context.Context) (f Faults, err error) {
	err = a.call(ctx, http.MethodGet, "/faults", nil, &f)
	return f, err
}

// Call posts a body to any admin call and reads its answer into something, unless that is nil.
func (a *Admin) Call(ctx context.Context, path string, body, into any) error {
	return a.call(ctx, http.MethodPost, path, body, into)
}

func (a *Admin) call(ctx context.Context, method, path string, body, into any) error {
	raw, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("admin call %s: %w", path, err)
	}
	request, err := http.NewRequestWithContext(ctx, method, a.url+path, bytes.NewReader(raw))
	if err != nil {
		return fmt.Errorf("admin call %s: %w", path, err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+a.token)
	answer, err := a.client.Do(request)
	if err != nil {
		return fmt.Errorf("admin call %s: %w", path, err)
	}
	defer answer.Body.Close()
	return readAdmin(path, answer, into)
}

func readAdmin(path string, answer *http.Response, into any) error {
	text, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	if err != nil {
		return fmt.Errorf("admin call %s: %w", path, err)
	}
	if answer.StatusCode != http.StatusOK {
		var refusal struct{ Error string }
		_ = json.Unmarshal(text, &refusal) // without words the status says enough
		return &AdminError{answer.StatusCode, refusal.Error}
	}
	if into == nil {
		return nil
	}
	if err := json.Unmarshal(text, into); err != nil {
		return fmt.Errorf("admin call %s: %w", path, err)
	}
	return nil
}
