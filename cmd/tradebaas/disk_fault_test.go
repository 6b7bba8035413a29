//go:build diskfull && linux

package main_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// smallDisk mounts a file system of its own, which only root may do.
func smallDisk(t *testing.T, size string) string {
	dir := t.TempDir()
	require.NoError(t, syscall.Mount("tmpfs", dir, "tmpfs", 0, "mode=755,size="+size), "run this as root")
	t.Cleanup(func() { require.NoError(t, syscall.Unmount(dir, syscall.MNT_DETACH)) })
	return dir
}

// fillUp leaves no room on a disk; what it returns makes room again.
func fillUp(t *testing.T, dir string) (free func()) {
	name := filepath.Join(dir, "filler")
	f, err := os.Create(name)
	require.NoError(t, err)
	for block := bytes.Repeat([]byte{1}, 1<<16); len(block) > 0; {
		if _, err = f.Write(block); err != nil {
			block = block[:len(block)/2]
		}
	}
	require.ErrorIs(t, err, syscall.ENOSPC)
	require.NoError(t, f.Close())
	return func() { require.NoError(t, os.Remove(name)) }
}

// F45: the disk of the embedded database is full while people trade. The server says that it is not
// ready and enters nothing, open positions keep their stops, and all goes on once there is room.
func TestF45_disk_full(t *testing.T) {
	x := startExchange(t)
	disk := smallDisk(t, "400m")
	s := newServer(t, "", x, "TRADEBAAS_DATA_DIR="+disk)
	s.dir = disk
	s.start(t)
	p := knownPerson(t, s, x, "full@example.com")
	chance, others := rand.New(rand.NewPCG(1, 1)), make([]*stormPerson, 6)
	for i := range others {
		others[i] = knownPerson(t, s, x, fmt.Sprintf("other%d@example.com", i))
	}
	id := p.startStrategy("Razor", btc, eager)
	p.waitProtected()

	free := fillUp(t, disk)
	p.eventually("the server says that it is not ready", func() bool {
		for _, other := range others {
			other.act(chance)
		}
		return !s.ready()
	})
	size, stopped := x.holds(t, p)
	require.False(t, stopped.Less(size), "the stop stands")

	free()
	p.eventually("ready again", s.ready)
	for _, each := range append(others, p) {
		require.Eventually(t, func() bool {
			status, _ := each.try("POST", "/api/strategy/stop", object{"strategyId": each.strategy, "closePosition": true})
			return status == http.StatusOK || status == http.StatusNotFound
		}, time.Minute, 100*time.Millisecond)
	}
	p.must(http.StatusOK, "POST", "/api/strategy/stop", object{"strategyId": id, "closePosition": true})
	for _, each := range append(others, p) {
		each.windDown()
		size, _ := x.holds(t, each)
		require.True(t, size.IsZero(), "the exchange agrees")
	}
	p.startStrategy("Fast Test", eth, object{})
	p.eventually("entries are made again", func() bool {
		for _, made := range p.trades() {
			if made.(object)["instrument"] == eth {
				return true
			}
		}
		return false
	})
}
