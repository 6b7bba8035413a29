package simulation

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/tradebaas/tradebaas/trade"
)

// script is one line of the failure catalogue, lived through in worlds in which nothing else fails.
type script struct {
	kinds  []Fault
	killAt string
	exit   string // an exit reason that must occur
}

var scripts = map[string]script{
	"F01 killed before the write, K1":              {[]Fault{KillPoint}, "K1", ""},
	"F01 killed before the write, K2":              {[]Fault{KillPoint}, "K2", ""},
	"F02 killed after the write, K3":               {[]Fault{KillPoint}, "K3", ""},
	"F03 killed with the answer unread, K4":        {[]Fault{KillPoint}, "K4", ""},
	"F04 killed with the answer stored, K5":        {[]Fault{KillPoint, Unlinked}, "K5", ""},
	"F05 killed with the fill unread, K6":          {[]Fault{KillPoint}, "K6", ""},
	"F06 killed with the fill stored, K7":          {[]Fault{KillPoint}, "K7", ""},
	"F06 killed with the fill told, K8":            {[]Fault{KillPoint}, "K8", ""},
	"F07 killed while closing":                     {[]Fault{KillPoint, CloseHand}, "K3", trade.ExitManual},
	"F08 a graceful end is an end like any other":  {[]Fault{Stop}, "", ""},
	"F09 answers are lost":                         {[]Fault{LostAnswer}, "", ""},
	"F10 timed out, or an error that says nothing": {[]Fault{TimedOut, ServerError}, "", ""},
	"F11 look-ups lag and answers are lost":        {[]Fault{LookupLag, LostAnswer, LostRequest}, "", ""},
	"F20 links drop":                               {[]Fault{LinkDown}, "", ""},
	"F21 halves are closed by hand":                {[]Fault{HandClose, DropEvent}, "", ""},
	"F22 targets are refused":                      {[]Fault{RejectLimit, Unlinked}, "", ""},
	"F23 stops are refused":                        {[]Fault{RejectStop, Unlinked}, "", trade.ExitReconciled},
	"F24 gaps through stops":                       {[]Fault{Shock, Busy}, "", trade.ExitStop},
	"F25 a stop is crossed when it is placed":      {[]Fault{Shock, Unlinked, SlowAnswer}, "", trade.ExitStop},
	"F26 legs fill while events come late":         {[]Fault{Shock, LateEvent, DoubleEvent}, "", trade.ExitTarget},
	"F27 closed by hand":                           {[]Fault{HandClose}, "", trade.ExitManual},
	"F28 legs are cancelled by hand":               {[]Fault{HandCancel}, "", ""},
	"F29 the same instruments are traded by hand":  {[]Fault{HandTrade}, "", ""},
	"F30 liquidation, funding and settlement":      {[]Fault{Crash, Premium, Settlement}, "", ""},
	"F58 a close is clicked twice":                 {[]Fault{CloseHand, HandTrade}, "", trade.ExitManual},
	"F59 a stop races with signals and restarts":   {[]Fault{ManualStop, Kill, SlowCommit}, "", ""},
	"F60 the kill switch while orders fly":         {[]Fault{KillSwitch, LostAnswer, SlowCommit}, "", trade.ExitKillSwitch},
	"F61 edits while in position":                  {[]Fault{EditConfig, Kill, LostAnswer}, "", ""},
	"F67 two signals on one candle":                {[]Fault{TwoSignals, UnknownCommit, Panic}, "", ""},
	"F68 restarts on the edge of a candle":         {[]Fault{Kill, Panic}, "", ""},
}

// TestScripts checks every invariant after each step of each line of the catalogue.
func TestScripts(t *testing.T) {
	for name, s := range scripts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var total Report
			for seed := uint64(1); seed <= 2; seed++ {
				report, failure := Run(Options{Seed: seed, Minutes: 3, only: s.kinds, killAt: s.killAt})
				require.Nil(t, failure, "%v", failure)
				total.Add(report)
			}
			for _, kind := range s.kinds {
				require.NotZero(t, total.Faults[kind], "%s never struck", kind)
			}
			if s.killAt != "" {
				require.NotZero(t, total.Kills[s.killAt])
			}
			if s.exit != "" {
				require.NotZero(t, total.Exits[s.exit], "%v", total.Exits)
			}
			require.NotZero(t, total.Lifecycles)
		})
	}
}
