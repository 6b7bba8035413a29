package main_test

import (
	"bufio"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/store/storetest"
)

const crowd = 1000

// BenchmarkUserMemory reports the server's heap per user who signed up and did nothing else, and per
// user who is connected to the exchange, with a thousand of each; the exchange is another process.
func BenchmarkUserMemory(b *testing.B) {
	x := startExchange(b)
	s := newServer(b, storetest.MustURL(b), x, "TRADEBAAS_LOG_LEVEL=warn")
	s.start(b)
	for b.Loop() {
		empty := s.heap(b)
		people := make([]*person, crowd)
		together(crowd, func(i int) { people[i] = newPerson(b, s, fmt.Sprintf("person-%d@example.com", i)) })
		idle := s.heap(b)
		together(crowd, func(i int) { people[i].connectPaper() })
		connected := s.heap(b)
		b.ReportMetric((idle-empty)/crowd/1024, "KiB/idle-user")
		b.ReportMetric((connected-idle)/crowd/1024, "KiB/connected-user")
	}
}

// together runs n jobs, eight at a time.
func together(n int, job func(i int)) {
	var group sync.WaitGroup
	next := make(chan int)
	for range 8 {
		group.Go(func() {
			for i := range next {
				job(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	group.Wait()
}

// heap gives the bytes of live heap after a collection.
func (s *server) heap(tb testing.TB) float64 {
	tb.Helper()
	var live float64
	for range 2 {
		resp, err := http.Get(s.admin + "/debug/pprof/heap?gc=1&debug=1")
		require.NoError(tb, err)
		scanner := bufio.NewScanner(resp.Body)
		for scanner.Scan() {
			if text, found := strings.CutPrefix(scanner.Text(), "# HeapAlloc = "); found {
				live, err = strconv.ParseFloat(text, 64)
				require.NoError(tb, err)
			}
		}
		resp.Body.Close()
	}
	return live
}
