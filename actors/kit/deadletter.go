package kit

import "github.com/asynkron/protoactor-go/actor"

// deadLetter handles what was sent to nobody: the asker hears ErrGone, a
// watcher hears that the actor is not there. A panic here would end the
// process, hence the recover.
func (s *System) deadLetter(event any) {
	letter, ok := event.(*actor.DeadLetterEvent)
	if !ok {
		return
	}
	defer func() {
		if r := recover(); r != nil {
			s.log.Error().Interface("reason", r).Msg("actor.deadletter.panicked")
		}
	}()
	if watch, ok := letter.Message.(*actor.Watch); ok {
		s.answerWatch(watch, letter.PID)
		return
	}
	s.metrics.deadLetters.Inc()
	Fail(letter.Message, ErrGone)
}

func (s *System) answerWatch(watch *actor.Watch, gone *actor.PID) {
	watcher, ok := s.lib.ProcessRegistry.Get(watch.Watcher)
	if ok {
		watcher.SendSystemMessage(watch.Watcher, &actor.Terminated{Who: gone, Why: actor.TerminatedReason_NotFound})
	}
}
