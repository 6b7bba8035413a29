package deribit

import (
	"crypto/sha256"
	"encoding/hex"

	"github.com/valyala/fastjson"
)

// quarantine sets a notification aside that cannot be understood: it is counted and logged by its
// hash, so that the same one is known again, and the link goes on.
func (v *Venue) quarantine(channel []byte, data *fastjson.Value, err error) {
	var text []byte
	if data != nil {
		text = data.MarshalTo(nil)
	}
	v.setAside(channel, text, err)
}

func (v *Venue) setAside(channel, frame []byte, err error) {
	v.unreadable.Add(1)
	hash := sha256.Sum256(frame)
	v.options.Logger.Error().Err(err).Bytes("channel", channel).Int("bytes", len(frame)).
		Str("sha256", hex.EncodeToString(hash[:])).Msg("deribit.frame.unreadable")
}
