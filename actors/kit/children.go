package kit

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/asynkron/protoactor-go/actor"
)

// Children keeps an actor's children by name. A name is given out again only
// after its former bearer is gone, because the library loses a child that is
// spawned in between. It belongs to one incarnation: after a restart the
// children are gone and it starts empty.
type Children struct {
	ctx    *Context
	byName map[string]*child
}

type child struct {
	ref        Ref
	generation uint64
	stopping   bool
	next       *Spec // spawn again when it is gone
	held       []any // for the next bearer of the name
}

// Get answers the living child called name.
func (k *Children) Get(name string) (Ref, bool) {
	c, ok := k.byName[name]
	if !ok || c.stopping {
		return Ref{}, false
	}
	return c.ref, true
}

// Names lists the children that are not stopping, sorted.
func (k *Children) Names() []string {
	names := slices.Sorted(maps.Keys(k.byName))
	return slices.DeleteFunc(names, func(name string) bool { return k.byName[name].stopping })
}

// Len counts the children, stopping ones included.
func (k *Children) Len() int { return len(k.byName) }

// Generation counts how often name was spawned by this incarnation while it
// never became free in between; 0 when there is no such child.
func (k *Children) Generation(name string) uint64 {
	if c, ok := k.byName[name]; ok {
		return c.generation
	}
	return 0
}

// Ensure answers the child called name and spawns it from spec if need be. One
// that is stopping is spawned again as soon as it is gone; messages to the Ref
// in between are held by Tell only.
func (k *Children) Ensure(name string, spec Spec) Ref {
	if c, ok := k.byName[name]; ok {
		if c.stopping {
			c.next = &spec
		}
		return c.ref
	}
	return k.spawn(name, spec, 1)
}

// Tell sends msg to the child called name, spawning it from spec if need be.
// While a former child of that name is stopping the message is held for the
// next one.
func (k *Children) Tell(name string, spec Spec, msg any) {
	ref := k.Ensure(name, spec)
	if c := k.byName[name]; c.stopping {
		c.held = append(c.held, msg)
		return
	}
	ref.Tell(msg)
}

// Stop stops the child called name; false when there is none.
func (k *Children) Stop(name string) bool {
	c, ok := k.byName[name]
	if !ok {
		return false
	}
	c.next = nil
	k.stop(c)
	return true
}

// Respawn replaces the child called name by a fresh one from spec, as soon as
// the present one is gone.
func (k *Children) Respawn(name string, spec Spec) {
	c, ok := k.byName[name]
	if !ok {
		k.spawn(name, spec, 1)
		return
	}
	c.next = &spec
	k.stop(c)
}

// Broadcast tells msg to every child that is not stopping.
func (k *Children) Broadcast(msg any) {
	for _, c := range k.byName {
		if !c.stopping {
			c.ref.Tell(msg)
		}
	}
}

func (k *Children) stop(c *child) {
	if !c.stopping {
		c.stopping = true
		c.ref.Stop()
	}
}

func (k *Children) spawn(name string, spec Spec, generation uint64) Ref {
	pid, err := k.ctx.lib.SpawnNamed(k.ctx.System().props(spec), name)
	if err != nil && !errors.Is(err, actor.ErrNameExists) {
		panic(fmt.Errorf("spawn %s: %w", name, err))
	}
	if err != nil {
		panic(fmt.Errorf("spawn %s: the name belongs to a living actor that is no child: %w", name, err))
	}
	ref := Ref{system: k.ctx.System(), pid: pid}
	if k.byName == nil {
		k.byName = map[string]*child{}
	}
	k.byName[name] = &child{ref: ref, generation: generation}
	return ref
}

// ended forgets the child at path id, spawns its successor if one is wanted
// and answers the child's name.
func (k *Children) ended(id string) (name string) {
	name = lastName(id)
	c, ok := k.byName[name]
	if !ok || c.ref.ID() != id {
		return ""
	}
	delete(k.byName, name)
	if c.next == nil {
		for _, msg := range c.held {
			Fail(msg, ErrGone)
		}
		return name
	}
	ref := k.spawn(name, *c.next, c.generation+1)
	for _, msg := range c.held {
		ref.Tell(msg)
	}
	return name
}
