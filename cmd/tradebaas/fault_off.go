//go:build !actorfaults

package main

// actorFault is nil in an ordinary build: nothing can make an actor fail from outside.
func (*node) actorFault() (fault func(kind, id string, msg any), err error) { return nil, nil }
