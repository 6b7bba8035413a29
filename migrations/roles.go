package migrations

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// The roles that a server's login takes on. Neither owns a table nor escapes
// row-level security. App works for one user at a time; System signs people in,
// lists whom to wake and serves the administrator's lists.
const (
	AppRole    = "tradebaas_app"
	SystemRole = "tradebaas_system"
)

// rolesLock keeps starts on one database apart. Advisory locks end at the
// database, roles do not: starts on sister databases may still collide, which
// ensureRoles answers by trying again.
const rolesLock = 7236837200000001

const ensureRole = `DO $$ BEGIN
	IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '%[1]s') THEN
		CREATE ROLE %[1]s NOLOGIN NOINHERIT NOBYPASSRLS;
	END IF;
END $$`

// ensureRoles makes the roles, which belong to the whole cluster and therefore to
// no numbered file, and lets the caller's login and the members take them on.
func ensureRoles(ctx context.Context, address string, members []string) error {
	config, err := pgx.ParseConfig(address)
	if err != nil {
		return fmt.Errorf("the owner's database address is not valid")
	}
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return fmt.Errorf("connect as the owner: %w", err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	for attempt := 1; ; attempt++ {
		err := pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error { return makeRoles(ctx, tx, members) })
		if err == nil || !collided(err) || attempt == 20 {
			if err != nil {
				return fmt.Errorf("make the database roles: %w", err)
			}
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Duration(10+rand.IntN(90)) * time.Millisecond):
		}
	}
}

// Since release 16 a member may lack the right to take the role on.
const whoGrants = `SELECT session_user,
	CASE WHEN current_setting('server_version_num')::int >= 160000 THEN 'SET' ELSE 'MEMBER' END`

// makeRoles asks before it grants, so that a start with everything in place needs
// no right to grant.
func makeRoles(ctx context.Context, tx pgx.Tx, members []string) error {
	if _, err := tx.Exec(ctx, `SELECT pg_advisory_xact_lock($1)`, rolesLock); err != nil {
		return err
	}
	var owner, right string
	if err := tx.QueryRow(ctx, whoGrants).Scan(&owner, &right); err != nil {
		return err
	}
	for _, role := range []string{AppRole, SystemRole} {
		if _, err := tx.Exec(ctx, fmt.Sprintf(ensureRole, role)); err != nil {
			return err
		}
		for _, member := range append([]string{owner}, members...) {
			var has bool
			if err := tx.QueryRow(ctx, `SELECT pg_has_role($1, $2, $3)`, member, role, right).Scan(&has); err != nil {
				return err
			}
			if has {
				continue
			}
			if _, err := tx.Exec(ctx, "GRANT "+role+" TO "+pgx.Identifier{member}.Sanitize()); err != nil {
				return err
			}
		}
	}
	return nil
}

// collided says whether another database's start did the same just now.
func collided(err error) bool {
	var answer *pgconn.PgError
	if !errors.As(err, &answer) {
		return false
	}
	switch answer.Code {
	case "23505", "42710", "XX000", "40P01": // duplicate row or role, tuple concurrently updated, deadlock
		return true
	}
	return false
}
