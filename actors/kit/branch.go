package kit

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/tradebaas/tradebaas/actors/kit/insight"
)

// Branch shows the place at path ("" is above the roots): its actor, all that lives below it in
// numbers, and the limit children whose names follow after. False when nothing is there.
func (s *System) Branch(path, after string, limit int) (insight.Branch, bool) {
	now := time.Now()
	b := insight.Branch{Path: path}
	prefix := ""
	if path != "" {
		prefix = path + "/"
		if cell := s.cells.get(path); cell != nil {
			actor := cell.mailbox(now)
			b.Actor = &actor
		}
	}
	groups, sizes := map[insight.Group]int{}, map[string]int{}
	s.cells.each(func(c *cell) {
		rest, below := strings.CutPrefix(c.pid.Id, prefix)
		if !below {
			return
		}
		groups[insight.Group{Kind: c.kind.name, State: c.condition()}]++
		name, deeper, _ := strings.Cut(rest, "/")
		if deeper != "" {
			sizes[name]++
		} else if _, known := sizes[name]; !known {
			sizes[name] = 0
		}
	})
	b.Below = sortedGroups(groups)
	b.Total = len(sizes)
	names := slices.Sorted(maps.Keys(sizes))
	begin, found := slices.BinarySearch(names, after)
	if found {
		begin++
	}
	page := names[begin:]
	if len(page) > limit {
		page = page[:limit]
		b.Next = page[limit-1]
	}
	b.Children = make([]insight.Child, 0, len(page))
	for _, name := range page {
		if cell := s.cells.get(prefix + name); cell != nil { // else it has ended meanwhile
			b.Children = append(b.Children, insight.Child{Mailbox: cell.mailbox(now), Name: name, Below: sizes[name]})
		}
	}
	return b, b.Actor != nil || path == ""
}

func sortedGroups(counts map[insight.Group]int) []insight.Group {
	groups := make([]insight.Group, 0, len(counts))
	for group, n := range counts {
		group.Count = n
		groups = append(groups, group)
	}
	slices.SortFunc(groups, func(a, b insight.Group) int {
		return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.State, b.State))
	})
	return groups
}
