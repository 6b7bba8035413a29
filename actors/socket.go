package actors

import (
	"bytes"
	"sync"

	"github.com/tradebaas/tradebaas/actors/kit"
)

// Socket is an upgraded WebSocket. ReadText blocks until a frame comes or the
// socket ends; WriteText has a deadline of its own.
type Socket = interface {
	ReadText() ([]byte, error)
	WriteText(frame []byte) error
	// Close sends a close frame with the code and reason and ends the socket; safe to repeat.
	Close(code int, reason string)
}

// What a socket tells its session.
type (
	clientFrame struct{ text []byte }
	socketGone  struct{ kit.Must }
)

// serve carries frames between a socket and its session, until one of them
// ends. No goroutine touches the socket after it returns.
func serve(socket Socket, out *outlet, session kit.Ref) {
	var sides sync.WaitGroup
	sides.Go(func() { drain(socket, out) })
	sides.Add(1)
	out.whenClosed(func(code int, reason string) {
		defer sides.Done()
		socket.Close(code, reason)
	})
	for {
		text, err := socket.ReadText()
		if err != nil {
			break
		}
		session.Tell(clientFrame{bytes.Clone(text)})
	}
	out.close(closeNormal, "")
	session.Tell(socketGone{})
	sides.Wait()
}

func drain(socket Socket, out *outlet) {
	for {
		frame, ok := out.next()
		if !ok {
			return
		}
		if socket.WriteText(frame) != nil {
			out.close(closeNormal, "")
			return
		}
	}
}
