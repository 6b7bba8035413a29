package http

import (
	"context"

	"github.com/tradebaas/tradebaas/trade"
)

// PreviewInput names the position that may be closed.
type PreviewInput struct {
	VenueQuery
	Instrument string `query:"instrument" required:"true" maxLength:"60" pattern:"^[A-Z0-9]{2,12}(_[A-Z0-9]{2,12})?-[A-Z0-9][A-Z0-9-]{0,30}$" patternDescription:"the name of an instrument such as BTC_USDC-PERPETUAL"`
}

// PreviewAnswer tells what a close would bring.
type PreviewAnswer struct {
	Answer
	Preview trade.ClosePreview `json:"preview"`
}

// PreviewOutput is a PreviewAnswer.
type PreviewOutput struct{ Body PreviewAnswer }

func (s *Server) previewClose(ctx context.Context, in *PreviewInput) (*PreviewOutput, error) {
	account, err := in.account(ctx)
	if err != nil {
		return nil, err
	}
	instrument, err := trade.ParseInstrument(in.Instrument)
	if err != nil {
		return nil, err
	}
	preview, err := s.trading.PreviewClose(ctx, account, instrument)
	if err != nil {
		return nil, err
	}
	return &PreviewOutput{PreviewAnswer{Preview: preview}}, nil
}

// StartPreviewAnswer tells what a start would bring.
type StartPreviewAnswer struct {
	Answer
	Preview trade.StartPreview `json:"preview"`
}

// StartPreviewOutput is a StartPreviewAnswer.
type StartPreviewOutput struct{ Body StartPreviewAnswer }

func (s *Server) previewStart(ctx context.Context, in *struct{ Body PreviewRequest }) (*StartPreviewOutput, error) {
	account, start, err := in.Body.read(ctx)
	if err != nil {
		return nil, err
	}
	preview, err := s.trading.PreviewStart(ctx, account.User, start)
	if err != nil {
		return nil, err
	}
	return &StartPreviewOutput{StartPreviewAnswer{Preview: preview}}, nil
}
