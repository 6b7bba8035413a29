package simulator

// figures are an answer that costs work, and the moment that it is right for.
type figures struct {
	moment int64
	body   []byte
}

// kept gives an answer that was worked out for a moment before, or works it out.
func (e *engine) kept(name string, moment int64, work func() []byte) []byte {
	f, there := e.figures[name]
	if !there || f.moment != moment {
		f = figures{moment, work()}
		e.figures[name] = f
	}
	return f.body
}
