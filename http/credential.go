package http

import (
	"context"
	"errors"

	"github.com/tradebaas/tradebaas/trade"
)

var (
	errKeyPowerful = trade.Errorf(trade.Refused, "key_too_powerful",
		"This key may do more than trade and read, such as withdraw funds or change the account. Make one at the exchange that may only trade and read, and save that.")
	errKeyCannotTrade = trade.Errorf(trade.Refused, "key_cannot_trade",
		"This key may not trade. Give it trade:read_write and account:read at the exchange, or save another.")
	errPaperExists = trade.Errorf(trade.Conflict, "paper_account_exists", "You have a paper account already.")
)

func (s *Server) credentialRoutes() {
	handle(s, route{method: post, path: "/api/user/credentials", id: "saveCredentials", tag: "Exchange keys", status: 201, access: signedIn, stepUp: true,
		summary: "Check, seal and store an exchange key"}, s.saveCredentials)
	handle(s, route{method: get, path: "/api/user/credentials", id: "listCredentials", tag: "Exchange keys", access: signedIn,
		summary: "Own keys, without their secrets"}, s.listCredentials)
	handle(s, route{method: get, path: "/api/user/credentials/status", id: "credentialsStatus", tag: "Exchange keys", access: signedIn,
		summary: "Whether a key is stored for an environment"}, s.credentialsStatus)
	handle(s, route{method: del, path: "/api/user/credentials", id: "deleteCredentials", tag: "Exchange keys", access: signedIn, stepUp: true,
		summary: "Forget an exchange key"}, s.deleteCredentials)
	handle(s, route{method: post, path: "/api/paper/account", id: "createPaperAccount", tag: "Exchange keys", status: 201, access: signedIn, command: true,
		summary: "Open an account at the simulated exchange and store its key"}, s.createPaperAccount)
}

// CredentialsRequest is an exchange key to store.
type CredentialsRequest struct {
	VenueBody
	APIKey    string `json:"apiKey" minLength:"1" maxLength:"512" pattern:"^[!-~]*$" patternDescription:"printable characters without spaces"`
	APISecret string `json:"apiSecret" minLength:"1" maxLength:"512" pattern:"^[!-~]*$" patternDescription:"printable characters without spaces"`
}

// CredentialsInfo is a stored key without its secrets.
type CredentialsInfo struct {
	trade.Credential
	trade.Venue
	IsActive bool `json:"isActive" doc:"Whether the exchange has accepted it"`
}

func credentialsInfo(c trade.Credential) CredentialsInfo {
	c.Grant.Scopes = listed(c.Grant.Scopes)
	return CredentialsInfo{c, c.Account.Venue, c.Verified}
}

// CredentialsAnswer carries one stored key.
type CredentialsAnswer struct {
	Answer
	Credentials CredentialsInfo `json:"credentials"`
	Verified    bool            `json:"verified" doc:"false: the exchange could not be reached; the key is checked before its first use"`
	Scopes      []string        `json:"scopes" doc:"What the exchange says that the key may do"`
}

// CredentialsOutput is a CredentialsAnswer.
type CredentialsOutput struct{ Body CredentialsAnswer }

func (s *Server) saveCredentials(ctx context.Context, in *struct{ Body CredentialsRequest }) (*CredentialsOutput, error) {
	account, err := in.Body.account(ctx)
	if err != nil {
		return nil, err
	}
	key := trade.Key{ID: in.Body.APIKey, Secret: in.Body.APISecret}
	grant, verified, err := s.trading.CheckKey(ctx, account, key)
	if err != nil {
		return nil, err
	}
	if err := acceptable(grant, verified); err != nil {
		return nil, err
	}
	if err := s.replaceable(ctx, account, grant); err != nil {
		return nil, err
	}
	return s.storeKey(ctx, account, key, verified, grant, true)
}

func acceptable(grant trade.Grant, verified bool) error {
	switch {
	case !verified:
		return nil
	case grant.CanWithdraw || grant.CanEditAccount || grant.Excess() != "":
		return errKeyPowerful
	case !grant.CanTrade:
		return errKeyCannotTrade
	}
	return nil
}

// replaceable refuses to swap the key of an account that is in use, unless the new one belongs to
// the very same exchange account.
func (s *Server) replaceable(ctx context.Context, account trade.AccountID, grant trade.Grant) error {
	old, err := s.credentialOf(ctx, account)
	if errors.Is(err, trade.ErrCredentialNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if grant.ExchangeAccount != "" && grant.ExchangeAccount == old.Grant.ExchangeAccount {
		return nil
	}
	return s.unused(ctx, account)
}

func (s *Server) unused(ctx context.Context, account trade.AccountID) error {
	used, err := s.trading.KeyInUse(ctx, account)
	if err != nil {
		return err
	}
	if used {
		return trade.ErrInUse
	}
	return nil
}

func (s *Server) storeKey(ctx context.Context, account trade.AccountID, key trade.Key, verified bool, grant trade.Grant, replace bool) (*CredentialsOutput, error) {
	stored, err := s.storage.SaveCredential(ctx, account, key, verified, grant, replace)
	if err != nil {
		return nil, err
	}
	s.audit(ctx, account.User, "credential.saved", account.Venue.String(), nil)
	return &CredentialsOutput{CredentialsAnswer{Credentials: credentialsInfo(stored), Verified: stored.Verified, Scopes: listed(stored.Grant.Scopes)}}, nil
}

// CredentialsListAnswer lists stored keys.
type CredentialsListAnswer struct {
	Answer
	Credentials []CredentialsInfo `json:"credentials"`
}

// CredentialsListOutput is a CredentialsListAnswer.
type CredentialsListOutput struct{ Body CredentialsListAnswer }

func (s *Server) listCredentials(ctx context.Context, _ *None) (*CredentialsListOutput, error) {
	stored, err := s.storage.ListCredentials(ctx, callerOf(ctx).user)
	if err != nil {
		return nil, err
	}
	all := []CredentialsInfo{}
	for _, c := range stored {
		all = append(all, credentialsInfo(c))
	}
	return &CredentialsListOutput{CredentialsListAnswer{Credentials: all}}, nil
}

func (s *Server) credentialOf(ctx context.Context, account trade.AccountID) (trade.Credential, error) {
	stored, err := s.storage.ListCredentials(ctx, account.User)
	if err != nil {
		return trade.Credential{}, err
	}
	for _, c := range stored {
		if c.Account.Venue == account.Venue {
			return c, nil
		}
	}
	return trade.Credential{}, trade.ErrCredentialNotFound
}

// CredentialsStatusAnswer tells whether a key is stored.
type CredentialsStatusAnswer struct {
	Answer
	trade.Venue
	HasCredentials bool             `json:"hasCredentials"`
	Credentials    *CredentialsInfo `json:"credentials,omitempty"`
}

// CredentialsStatusOutput is a CredentialsStatusAnswer.
type CredentialsStatusOutput struct{ Body CredentialsStatusAnswer }

func (s *Server) credentialsStatus(ctx context.Context, in *VenueQuery) (*CredentialsStatusOutput, error) {
	account, err := in.account(ctx)
	if err != nil {
		return nil, err
	}
	output := &CredentialsStatusOutput{CredentialsStatusAnswer{Venue: account.Venue}}
	stored, err := s.credentialOf(ctx, account)
	if errors.Is(err, trade.ErrCredentialNotFound) {
		return output, nil
	}
	if err != nil {
		return nil, err
	}
	info := credentialsInfo(stored)
	output.Body.HasCredentials, output.Body.Credentials = true, &info
	return output, nil
}

func (s *Server) deleteCredentials(ctx context.Context, in *VenueQuery) (*Done, error) {
	account, err := in.account(ctx)
	if err != nil {
		return nil, err
	}
	if _, err := s.credentialOf(ctx, account); err != nil {
		return nil, err
	}
	if err := s.unused(ctx, account); err != nil {
		return nil, err
	}
	if _, err := s.trading.Disconnect(ctx, account); err != nil {
		return nil, err
	}
	if err := s.storage.DeleteCredential(ctx, account); err != nil {
		return nil, err
	}
	s.audit(ctx, account.User, "credential.deleted", account.Venue.String(), nil)
	return &Done{}, nil
}

// EmptyBody is the input of a command that takes nothing: an empty object or no body.
type EmptyBody struct{ Body *struct{} }

func (s *Server) createPaperAccount(ctx context.Context, _ *EmptyBody) (*CredentialsOutput, error) {
	account := trade.AccountID{User: callerOf(ctx).user, Venue: trade.Venue{Broker: trade.Deribit, Environment: trade.Paper}}
	_, err := s.credentialOf(ctx, account)
	if err == nil {
		return nil, errPaperExists
	}
	if !errors.Is(err, trade.ErrCredentialNotFound) {
		return nil, err
	}
	key, err := s.options.Paper.Create(ctx)
	if err != nil {
		return nil, err
	}
	grant, verified, err := s.trading.CheckKey(ctx, account, key)
	if err != nil {
		return nil, err
	}
	output, err := s.storeKey(ctx, account, key, verified, grant, false)
	if errors.Is(err, trade.ErrCredentialExists) {
		return nil, errPaperExists
	}
	return output, err
}
