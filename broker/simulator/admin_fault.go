package simulator

import (
	"encoding/json"
	"maps"
	"net/http"
)

func unknownFault(name string) *adminError {
	return &adminError{http.StatusNotFound, "there is no fault " + name}
}

// adminFault turns one switch.
func adminFault(c adminCall) ([]byte, *adminError) {
	return []byte("{}"), c.e.switchFault(c.r.PathValue("fault"), c.body)
}

func adminClearFault(c adminCall) ([]byte, *adminError) {
	name := c.r.PathValue("fault")
	if _, known := faultsByName[name]; !known {
		return nil, unknownFault(name)
	}
	c.e.clearFault(name)
	return []byte("{}"), nil
}

func adminClearFaults(c adminCall) ([]byte, *adminError) {
	c.e.clearFaults()
	c.e.endScripts()
	return []byte("{}"), nil
}

// ActiveFault is a fault that waits to strike, or lasts.
type ActiveFault struct {
	Fault string `json:"fault"`
	Trouble
	Struck int64 `json:"struck"` // how often it has struck
}

// Faults is what the admin listener tells of the faults.
type Faults struct {
	Active   []ActiveFault       `json:"active"`
	Struck   map[string]int64    `json:"struck"`   // by switch, since it was last cleared; used-up faults too
	Steps    int                 `json:"steps"`    // of scripts that are still to come
	Switches map[string][]string `json:"switches"` // all that there are, with the fields that they take
}

func adminFaults(c adminCall) ([]byte, *adminError) {
	f := &c.e.faults
	active, struck := c.e.coreFaults()
	all := Faults{Active: active, Struck: struck, Steps: f.steps, Switches: map[string][]string{}}
	for _, name := range sortedKeys(f.active) {
		for _, t := range f.active[name] {
			all.Active = append(all.Active, ActiveFault{name, t.Trouble, t.odds.Struck})
		}
	}
	maps.Copy(all.Struck, f.struck)
	for name, s := range faultsByName {
		all.Switches[name], _ = s.fields()
	}
	answer, _ := json.Marshal(all)
	return answer, nil
}
