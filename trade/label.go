package trade

import (
	"regexp"
	"strconv"
)

// Label is what the text that we put on every order says. The exchange does not keep labels unique:
// we do, by the intent.
type Label struct {
	Installation string
	Epoch        int64
	Intent       IntentID
	Role         Role
	Number       int // 0 for the first order of a role, then 1, 2... for those that replace it
}

// LabelMax is the longest label that the exchange takes.
const LabelMax = 64

var (
	labelPattern = regexp.MustCompile(`^tb-([a-z0-9]{1,12})-(\d{1,12})-([0-9a-f]{32})-([estx])(\d{0,5})$`)
	roleLetters  = map[Role]string{Entry: "e", Stop: "s", Target: "t", Exit: "x"}
	letterRoles  = map[string]Role{"e": Entry, "s": Stop, "t": Target, "x": Exit}
)

// String writes the label, at most LabelMax characters.
func (l Label) String() string {
	s := "tb-" + l.Installation + "-" + strconv.FormatInt(l.Epoch, 10) + "-" + string(l.Intent) + "-" + roleLetters[l.Role]
	if l.Number > 0 {
		s += strconv.Itoa(l.Number)
	}
	return s
}

// ParseLabel reads a label; false means that no installation of this product wrote it.
func ParseLabel(s string) (Label, bool) {
	m := labelPattern.FindStringSubmatch(s)
	if m == nil || len(s) > LabelMax {
		return Label{}, false
	}
	epoch, _ := strconv.ParseInt(m[2], 10, 64)
	number, _ := strconv.Atoi(m[5])
	return Label{m[1], epoch, IntentID(m[3]), letterRoles[m[4]], number}, true
}

// Origin is who writes labels: this installation in its present epoch.
type Origin struct {
	Installation string
	Epoch        int64
}

// label makes the label of an order.
func (o Origin) label(intent IntentID, role Role, number int) string {
	return Label{o.Installation, o.Epoch, intent, role, number}.String()
}

// owns reads a label of this installation, of any epoch; every other order is foreign.
func (o Origin) owns(label string) (Label, bool) {
	l, ok := ParseLabel(label)
	return l, ok && l.Installation == o.Installation
}
