package simulation

import (
	"container/heap"
	"time"
)

// event is something that happens at a moment.
type event struct {
	at     time.Time
	number uint64 // events of one moment happen in the order in which they were planned
	run    func()
}

// queue holds what is still to happen, soonest first.
type queue struct {
	list   []event
	number uint64
}

func (q *queue) add(at time.Time, run func()) {
	q.number++
	heap.Push(q, event{at, q.number, run})
}

func (q *queue) next() (event, bool) {
	if len(q.list) == 0 {
		return event{}, false
	}
	return heap.Pop(q).(event), true
}

// Len, Less, Swap, Push and Pop fulfil heap.Interface.
func (q *queue) Len() int { return len(q.list) }

func (q *queue) Less(i, j int) bool {
	if !q.list[i].at.Equal(q.list[j].at) {
		return q.list[i].at.Before(q.list[j].at)
	}
	return q.list[i].number < q.list[j].number
}

func (q *queue) Swap(i, j int) { q.list[i], q.list[j] = q.list[j], q.list[i] }
func (q *queue) Push(e any)    { q.list = append(q.list, e.(event)) }

func (q *queue) Pop() any {
	last := q.list[len(q.list)-1]
	q.list = q.list[:len(q.list)-1]
	return last
}
