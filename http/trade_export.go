package http

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/tradebaas/tradebaas/trade"
)

const (
	exportPage = 200
	exportMost = 20_000 // trades in one file
)

var errExportSize = trade.InvalidFields("export_too_large", "That is too much for one file. Choose a shorter time.",
	trade.FieldError{Field: "from", Error: fmt.Sprintf("must select at most %d trades", exportMost)})

// ExportInput selects trades and a format.
type ExportInput struct {
	TradeQuery
	Format string `query:"format" enum:"csv,json" default:"csv"`
}

// ExportOutput is a file.
type ExportOutput struct {
	ContentType string `header:"Content-Type"`
	Disposition string `header:"Content-Disposition"`
	Body        []byte
}

func (s *Server) exportTrades(ctx context.Context, in *ExportInput) (*ExportOutput, error) {
	filter, err := in.filter()
	if err != nil {
		return nil, err
	}
	trades, err := s.allTrades(ctx, filter)
	if err != nil {
		return nil, err
	}
	encode, contentType := asCSV, "text/csv; charset=utf-8"
	if in.Format == "json" {
		encode, contentType = asJSON, "application/json"
	}
	file, err := encode(trades)
	if err != nil {
		return nil, fmt.Errorf("encode trades: %w", err)
	}
	name := "tradebaas-trades-" + s.now().UTC().Format(time.DateOnly) + "." + in.Format
	return &ExportOutput{contentType, `attachment; filename="` + name + `"`, file}, nil
}

func (s *Server) allTrades(ctx context.Context, filter trade.TradeFilter) ([]TradeInfo, error) {
	filter.Limit = exportPage
	all := []TradeInfo{}
	for {
		page, err := s.storage.ListTrades(ctx, callerOf(ctx).user, filter)
		if err != nil {
			return nil, err
		}
		if page.Total > exportMost {
			return nil, errExportSize
		}
		for _, t := range page.Trades {
			all = append(all, tradeInfo(t))
		}
		if page.Next == "" || len(all) >= exportMost {
			return all, nil
		}
		filter.Cursor = page.Next
	}
}

func asJSON(trades []TradeInfo) ([]byte, error) {
	encoded, err := json.MarshalIndent(trades, "", "  ")
	return stampTimes(encoded), err
}

var exportColumns = []string{"id", "strategyName", "broker", "environment", "instrument", "side", "status", "amount", "entryPrice", "exitPrice",
	"stopLoss", "takeProfit", "entryTime", "exitTime", "exitReason", "pnl", "fees", "funding", "net", "currency", "pnlPercentage"}

func asCSV(trades []TradeInfo) ([]byte, error) {
	var file bytes.Buffer
	w := csv.NewWriter(&file)
	if err := w.Write(exportColumns); err != nil {
		return nil, err
	}
	for _, t := range trades {
		if err := w.Write(exportRow(t)); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return file.Bytes(), w.Error()
}

func exportRow(t TradeInfo) []string {
	exitTime := ""
	if t.ExitTime != nil {
		exitTime = t.ExitTime.UTC().Format(milliseconds)
	}
	return []string{string(t.ID), cell(t.StrategyName), string(t.Broker), string(t.Environment), string(t.Instrument), string(t.Side), t.Status,
		t.Amount.String(), t.EntryPrice.String(), optional(t.ExitPrice), t.StopLoss.String(), t.TakeProfit.String(),
		t.EntryTime.UTC().Format(milliseconds), exitTime, t.ExitReason, t.PnL.String(), t.Fees.String(), t.Funding.String(), t.Net.String(),
		string(t.Currency), optional(t.PnLPercentage)}
}

// cell keeps a spreadsheet from reading a user's text as a formula.
func cell(text string) string {
	if strings.ContainsAny(text[:min(1, len(text))], "=+-@\t\r") {
		return "'" + text
	}
	return text
}

func optional(d *trade.Dec) string {
	if d == nil {
		return ""
	}
	return d.String()
}
