package main_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/stretchr/testify/require"
	"github.com/valyala/fasthttp"

	"github.com/tradebaas/tradebaas/bench"
	"github.com/tradebaas/tradebaas/store/storetest"
)

const readers = 8

// BenchmarkDatabaseRead is M12: a read of the signed-in user that goes to the database under row-level
// security, from the real server, beside a bare select of one row by its key, with the same number of
// readers and of database connections. Both are other processes than this one.
func BenchmarkDatabaseRead(b *testing.B) {
	x := startExchange(b)
	database := storetest.New(b)
	s := newServer(b, database.OwnerURL, x, "TRADEBAAS_LOG_LEVEL=warn", "TRADEBAAS_DATABASE_POOL_SIZE=16", "TRADEBAAS_THROTTLE_USER_PER_MINUTE=1000000")
	s.start(b)
	p := newPerson(b, s, "reader@example.com")
	config, err := pgxpool.ParseConfig(database.OwnerURL)
	require.NoError(b, err)
	config.MaxConns = readers
	pool, err := pgxpool.NewWithConfig(b.Context(), config)
	require.NoError(b, err)
	b.Cleanup(pool.Close)
	client := &fasthttp.HostClient{Addr: strings.TrimPrefix(s.base, "http://"), MaxConns: readers}
	bench.Compare(b, 2000,
		atOnce(func() error {
			var email string
			return pool.QueryRow(context.Background(), `SELECT email FROM users WHERE id = $1`, p.id).Scan(&email)
		}),
		atOnce(func() error { return readLimits(client, s.base, p.token) }))
}

// atOnce has each reader do its share and notes the slowest hundredth.
func atOnce(read func() error) bench.Block {
	return func(n int) bench.Cost {
		took, failed := make([][]time.Duration, readers), make([]error, readers)
		var done sync.WaitGroup
		began := time.Now()
		for i := range readers {
			done.Go(func() {
				for range n / readers {
					sent := time.Now()
					if failed[i] = read(); failed[i] != nil {
						return
					}
					took[i] = append(took[i], time.Since(sent))
				}
			})
		}
		done.Wait()
		for _, err := range failed {
			if err != nil {
				panic(err)
			}
		}
		return bench.Cost{Took: time.Since(began), P99: bench.Quantile(slices.Concat(took...), 0.99)}
	}
}

func readLimits(client *fasthttp.HostClient, base, token string) error {
	request, response := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	defer fasthttp.ReleaseRequest(request)
	defer fasthttp.ReleaseResponse(response)
	request.SetRequestURI(base + "/api/user/limits")
	request.Header.Set("Authorization", "Bearer "+token)
	if err := client.Do(request, response); err != nil {
		return err
	}
	var answer struct{ Success bool }
	if err := json.Unmarshal(response.Body(), &answer); err != nil || !answer.Success {
		return &refused{response.StatusCode(), string(response.Body())}
	}
	return nil
}

type refused struct {
	status int
	body   string
}

func (r *refused) Error() string { return r.body }
