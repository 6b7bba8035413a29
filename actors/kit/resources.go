package kit

// bag holds what an incarnation has open: timers, subscriptions, sockets.
type bag struct {
	next  uint64
	items map[uint64]func()
}

func (b *bag) add(release func()) (forget func()) {
	if b.items == nil {
		b.items = map[uint64]func(){}
	}
	b.next++
	key := b.next
	b.items[key] = release
	return func() { delete(b.items, key) }
}

// close releases everything, last in first out. One release that panics does
// not spare the others.
func (b *bag) close(onPanic func(any)) {
	for key := b.next; key > 0 && len(b.items) > 0; key-- {
		if release, ok := b.items[key]; ok {
			delete(b.items, key)
			guarded(release, onPanic)
		}
	}
}

func guarded(f func(), onPanic func(any)) {
	defer func() {
		if r := recover(); r != nil {
			onPanic(r)
		}
	}()
	f()
}
