package simulation

import (
	"fmt"
	"io"
	"slices"
	"time"
)

// What a spell in which a position of ours is not wholly under a stop begins with.
const (
	linkedFill   = "linked entry"   // the fill of an entry that brings its legs along
	unlinkedFill = "fallback entry" // that of one whose stop is sent after it
	lostLater    = "stop lost"      // a stop that is cancelled by hand, or fires and fills short
)

// bareness is one such spell.
type bareness struct {
	kind    string
	whole   time.Duration // from beginning to end, outages included
	clear   time.Duration // the longest part of it in which nothing was in the way
	untried time.Duration // the same, until a close was tried
}

func (r *Report) naked(b bareness) { r.Naked[b.kind] = append(r.Naked[b.kind], b) }

// accepted counts an entry that the exchange has taken.
func (r *Report) accepted(linked bool) {
	r.Lifecycles++
	if linked {
		r.Linked++
	}
}

// writeNaked prints how long positions were naked, the worst first.
func (r *Report) writeNaked(out io.Writer) {
	entries := map[string]string{
		linkedFill:   fmt.Sprintf("%d accepted", r.Linked),
		unlinkedFill: fmt.Sprintf("%d accepted", r.Lifecycles-r.Linked),
		lostLater:    "cancelled by hand, or fired and filled short",
	}
	for _, kind := range []string{linkedFill, unlinkedFill, lostLater} {
		_, _ = fmt.Fprintf(out, "naked from a %s on (%s): %d spells\n", kind, entries[kind], len(r.Naked[kind]))
		if len(r.Naked[kind]) == 0 {
			continue
		}
		spread := func(name string, of func(bareness) time.Duration) {
			list := make([]time.Duration, 0, len(r.Naked[kind]))
			for _, b := range r.Naked[kind] {
				list = append(list, of(b))
			}
			slices.Sort(list)
			_, _ = fmt.Fprintf(out, "  %-42s p50 %s, p99 %s, max %s\n", name, list[len(list)/2], list[len(list)*99/100], list[len(list)-1])
		}
		spread("until a stop stands or a close is tried:", func(b bareness) time.Duration { return b.untried })
		spread("until a stop stands or all is closed:", func(b bareness) time.Duration { return b.clear })
		spread("the same, outages included:", func(b bareness) time.Duration { return b.whole })
	}
}
