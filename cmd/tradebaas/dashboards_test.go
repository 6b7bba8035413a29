package main_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/util/annotations"
	"github.com/stretchr/testify/require"
)

// The dashboard and the alerts under deploy/ are held against what a real server exports: every
// metric and label that they name is there, no alert fires at a server that is well, and each fires
// when its trouble is put into the samples.

const (
	alertsFile    = "../../deploy/prometheus/alerts.yml"
	scrapeFile    = "../../deploy/prometheus/prometheus.yml"
	dashboardFile = "../../deploy/grafana/tradebaas.json"
)

// point is one series of a scrape.
type point struct {
	labels labels.Labels
	value  float64
}

// scraped is what a Prometheus with our scrape file would hold after one scrape.
type scraped []point

// scrape reads the admin listener as Prometheus does, with the labels that it adds itself.
func (s *server) scrape(tb testing.TB) scraped {
	tb.Helper()
	resp, err := http.Get(s.admin + "/metrics")
	require.NoError(tb, err)
	defer resp.Body.Close()
	textParser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := textParser.TextToMetricFamilies(resp.Body)
	require.NoError(tb, err)
	var all scraped
	add := func(value float64, pairs []*dto.LabelPair, name string, more ...string) {
		at := map[string]string{model.MetricNameLabel: name, "job": "tradebaas", "instance": "127.0.0.1:8081"}
		for _, pair := range pairs {
			at[pair.GetName()] = pair.GetValue()
		}
		for i := 0; i < len(more); i += 2 {
			at[more[i]] = more[i+1]
		}
		all = append(all, point{labels.FromMap(at), value})
	}
	add(1, nil, "up")
	for name, family := range families {
		for _, m := range family.Metric {
			switch family.GetType() {
			case dto.MetricType_COUNTER:
				add(m.Counter.GetValue(), m.Label, name)
			case dto.MetricType_GAUGE:
				add(m.Gauge.GetValue(), m.Label, name)
			case dto.MetricType_SUMMARY:
				add(m.Summary.GetSampleSum(), m.Label, name+"_sum")
				add(float64(m.Summary.GetSampleCount()), m.Label, name+"_count")
			case dto.MetricType_HISTOGRAM:
				add(m.Histogram.GetSampleSum(), m.Label, name+"_sum")
				add(float64(m.Histogram.GetSampleCount()), m.Label, name+"_count")
				for _, b := range m.Histogram.Bucket {
					add(float64(b.GetCumulativeCount()), m.Label, name+"_bucket", "le", fmt.Sprint(b.GetUpperBound()))
				}
			default:
				tb.Fatalf("%s has a type that nothing here uses", name)
			}
		}
	}
	return all
}

// labelsOf lists the labels of a metric, nil when it is not exported.
func (s scraped) labelsOf(metric string) map[string]bool {
	var found map[string]bool
	for _, p := range s {
		if p.labels.Get(model.MetricNameLabel) != metric {
			continue
		}
		if found == nil {
			found = map[string]bool{}
		}
		p.labels.Range(func(l labels.Label) { found[l.Name] = true })
	}
	return found
}

// rule is an alert of the file.
type rule struct {
	Alert       string            `yaml:"alert"`
	Expr        string            `yaml:"expr"`
	For         string            `yaml:"for"`
	Labels      map[string]string `yaml:"labels"`
	Annotations map[string]string `yaml:"annotations"`
}

func readAlerts(t *testing.T) []rule {
	t.Helper()
	raw, err := os.ReadFile(alertsFile)
	require.NoError(t, err)
	var file struct {
		Groups []struct {
			Name  string `yaml:"name"`
			Rules []rule `yaml:"rules"`
		} `yaml:"groups"`
	}
	require.NoError(t, yaml.UnmarshalWithOptions(raw, &file, yaml.Strict()))
	var all []rule
	for _, group := range file.Groups {
		all = append(all, group.Rules...)
	}
	return all
}

// queriesIn lists every "expr" of the dashboard, wherever it stands, with Grafana's variables filled in.
func queriesIn(t *testing.T, file string) []string {
	t.Helper()
	raw, err := os.ReadFile(file)
	require.NoError(t, err)
	var document any
	require.NoError(t, json.Unmarshal(raw, &document))
	var found []string
	var walk func(any)
	walk = func(here any) {
		switch inner := here.(type) {
		case map[string]any:
			if expr, ok := inner["expr"].(string); ok {
				found = append(found, strings.ReplaceAll(expr, "$__rate_interval", "1m"))
			}
			for _, value := range inner {
				walk(value)
			}
		case []any:
			for _, value := range inner {
				walk(value)
			}
		}
	}
	walk(document)
	return found
}

// faultsOf parses a query and tells which metrics and labels of it nobody exports.
func (s scraped) faultsOf(query string) []string {
	expr, err := parser.ParseExpr(query)
	if err != nil {
		return []string{err.Error()}
	}
	var faults []string
	var selected map[string]bool // all labels that the metrics of this query have
	parser.Inspect(expr, func(node parser.Node, _ []parser.Node) error {
		selector, ok := node.(*parser.VectorSelector)
		if !ok {
			return nil
		}
		known := s.labelsOf(selector.Name)
		if known == nil {
			faults = append(faults, "nobody exports "+selector.Name)
		}
		for _, matcher := range selector.LabelMatchers {
			if known != nil && !known[matcher.Name] {
				faults = append(faults, selector.Name+" has no label "+matcher.Name)
			}
		}
		if selected == nil {
			selected = map[string]bool{}
		}
		maps.Copy(selected, known)
		return nil
	})
	parser.Inspect(expr, func(node parser.Node, _ []parser.Node) error {
		if sum, ok := node.(*parser.AggregateExpr); ok {
			for _, label := range sum.Grouping {
				if !selected[label] {
					faults = append(faults, "grouped by "+label+", which no metric of it has")
				}
			}
		}
		return nil
	})
	return faults
}

// ---- evaluating ----

var noon = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// change is what a trouble does to the samples of the last hour: it replaces a series, or adds one.
// growth is added evenly over the hour, so that rates see it.
type change struct {
	series string // as it stands in a scrape, for example up{job="tradebaas"}
	value  float64
	growth float64
}

// hour makes one hour of samples of a scrape, one each 15 s, which stand still but for the changes.
func (s scraped) hour(t *testing.T, changes ...change) storage.Queryable {
	t.Helper()
	type line struct {
		labels        labels.Labels
		value, growth float64
	}
	lines := map[string]line{}
	for _, p := range s {
		lines[p.labels.String()] = line{p.labels, p.value, 0}
	}
	for _, c := range changes {
		at, err := parser.ParseMetric(c.series)
		require.NoError(t, err)
		lines[at.String()] = line{at, c.value, c.growth}
	}
	var times []int64
	for at := noon.Add(-time.Hour); !at.After(noon); at = at.Add(15 * time.Second) {
		times = append(times, at.UnixMilli())
	}
	var all []storage.Series
	for _, name := range slices.Sorted(maps.Keys(lines)) {
		l := lines[name]
		one := promql.Series{Metric: l.labels}
		for i, at := range times {
			one.Floats = append(one.Floats, promql.FPoint{T: at, F: l.value + l.growth*float64(i)/float64(len(times)-1)})
		}
		all = append(all, promql.NewStorageSeries(one))
	}
	return &storage.MockQueryable{MockQuerier: &storage.MockQuerier{
		SelectMockFunction: func(_ bool, _ *storage.SelectHints, matchers ...*labels.Matcher) storage.SeriesSet {
			return &seriesSet{all: slices.DeleteFunc(slices.Clone(all), func(one storage.Series) bool {
				return slices.ContainsFunc(matchers, func(m *labels.Matcher) bool { return !m.Matches(one.Labels().Get(m.Name)) })
			}), at: -1}
		}}}
}

// seriesSet walks over series.
type seriesSet struct {
	all []storage.Series
	at  int
}

func (s *seriesSet) Next() bool                        { s.at++; return s.at < len(s.all) }
func (s *seriesSet) At() storage.Series                { return s.all[s.at] }
func (s *seriesSet) Err() error                        { return nil }
func (s *seriesSet) Warnings() annotations.Annotations { return nil }

// evaluate gives what a query answers at noon, without the series that are NaN.
func evaluate(t *testing.T, samples storage.Queryable, query string) promql.Vector {
	t.Helper()
	engine := promql.NewEngine(promql.EngineOpts{MaxSamples: 10_000_000, Timeout: time.Minute, LookbackDelta: 5 * time.Minute})
	defer engine.Close()
	asked, err := engine.NewInstantQuery(context.Background(), samples, nil, query, noon)
	require.NoError(t, err, query)
	defer asked.Close()
	result := asked.Exec(context.Background())
	require.NoError(t, result.Err, query)
	vector, err := result.Vector()
	require.NoError(t, err, query)
	return slices.Clone(vector)
}

// troubles is what makes each alert fire.
var troubles = map[string][]change{
	"TradebaasDown":                {{series: `up{job="tradebaas",instance="127.0.0.1:8081"}`}},
	"TradebaasNotReady":            {{series: `tradebaas_ready{check="disk"}`}},
	"TradebaasExchangeAway":        {{series: `tradebaas_actor_states{kind="venue",state="down"}`, value: 1}},
	"TradebaasConnectionsAway":     {{series: `tradebaas_actor_states{kind="connection",state="connecting"}`, value: 3}},
	"TradebaasOrdersUnknown":       {{series: `tradebaas_orders_total{venue="v",outcome="unknown"}`, growth: 8}},
	"TradebaasOrdersRejected":      {{series: `tradebaas_orders_total{venue="v",outcome="rejected"}`, growth: 30}, {series: `tradebaas_orders_total{venue="v",outcome="accepted"}`, growth: 70}},
	"TradebaasOrdersSlow":          {{series: `tradebaas_order_seconds_bucket{venue="v",le="5"}`}, {series: `tradebaas_order_seconds_bucket{venue="v",le="10"}`, growth: 90}, {series: `tradebaas_order_seconds_bucket{venue="v",le="+Inf"}`, growth: 90}},
	"TradebaasReconciliationsFail": {{series: `tradebaas_reconciliations_total{venue="v",outcome="failed"}`, growth: 60}, {series: `tradebaas_reconciliations_total{venue="v",outcome="ok"}`, growth: 40}},
	"TradebaasRepairs":             {{series: `tradebaas_repairs_total{venue="v"}`, growth: 25}},
	"TradebaasMarketsStale":        {{series: `tradebaas_actor_states{kind="market",state="stale"}`, value: 1}},
	"TradebaasCandlesLate":         {{series: `tradebaas_candle_lag_seconds_bucket{venue="v",le="10"}`, growth: 50}, {series: `tradebaas_candle_lag_seconds_bucket{venue="v",le="30"}`, growth: 60}, {series: `tradebaas_candle_lag_seconds_bucket{venue="v",le="+Inf"}`, growth: 60}},
	"TradebaasStrategiesDegraded":  {{series: `tradebaas_actor_states{kind="executor",state="degraded"}`, value: 1}},
	"TradebaasRequestsQueue":       {{series: `tradebaas_exchange_requests_queued{venue="v",priority="sync"}`, value: 600}},
	"TradebaasSocketsWait":         {{series: `tradebaas_exchange_connections_waiting{venue="v"}`, value: 2}},
	"TradebaasActorsFail":          {{series: `tradebaas_actor_panics_total{kind="market",message="x"}`, growth: 12}},
	"TradebaasActorsGivenUp":       {{series: `tradebaas_actor_spent_total{kind="executor"}`, growth: 1}},
	"TradebaasActorsRefuse":        {{series: `tradebaas_actor_refused_total{kind="session"}`, growth: 7200}},
	"TradebaasActorStuck":          {{series: `tradebaas_actor_stuck_seconds_max{kind="user"}`, value: 31}},
	"TradebaasDatabaseBusy":        {{series: `tradebaas_database_wait_seconds_total{pool="people"}`, growth: 7200}},
	"TradebaasErrors":              {{series: `tradebaas_http_requests_total{method="GET",route="/x",status="500"}`, growth: 10}, {series: `tradebaas_http_requests_total{method="GET",route="/x",status="200"}`, growth: 90}},
	"TradebaasRequestsSlow":        {{series: `tradebaas_http_request_seconds_bucket{route="/x",le="2.5"}`}, {series: `tradebaas_http_request_seconds_bucket{route="/x",le="10"}`, growth: 90}, {series: `tradebaas_http_request_seconds_bucket{route="/x",le="+Inf"}`, growth: 90}},
	"TradebaasFilesScarce":         {{series: `process_open_fds{job="tradebaas",instance="127.0.0.1:8081"}`, value: 1e9}},
	"TradebaasRestarts":            {{series: `process_start_time_seconds{job="tradebaas",instance="127.0.0.1:8081"}`, value: 1, growth: 1}},
}

func TestDashboards(t *testing.T) {
	s, _, _ := startAll(t)
	p := newPerson(t, s, "watched@example.com")
	p.connectPaper()
	l := p.listen("trades", "connection")
	p.startStrategy("Fast Test", "BTC_USDC-PERPETUAL", object{})
	p.eventually("a trade is seen on the page", func() bool { return strings.Contains(l.all(), `"entryPrice"`) })
	now := s.scrape(t)

	t.Run("a trade shows in the metrics", func(t *testing.T) {
		samples := now.hour(t)
		for query, least := range map[string]float64{
			`tradebaas_orders_total{venue="deribit:paper",outcome="accepted"}`:         1,
			`sum(tradebaas_order_seconds_count)`:                                       1,
			`sum(tradebaas_decisions_total{outcome="taken"})`:                          1,
			`sum(tradebaas_reconciliations_total{outcome="ok"})`:                       1,
			`sum(tradebaas_socket_frames_total)`:                                       2,
			`sum(tradebaas_actor_states{kind="connection",state="connected"})`:         1,
			`sum(tradebaas_actor_states{kind="venue",state="up"})`:                     1,
			`sum(tradebaas_actor_states{kind="market",state="live"})`:                  1,
			`tradebaas_actor_states{kind="session",state="open"}`:                      1,
			`tradebaas_http_sockets`:                                                   1,
			`sum(tradebaas_database_uses_total)`:                                       10,
			`min(tradebaas_ready)`:                                                     1,
			`sum(tradebaas_exchange_sessions{venue="deribit:paper"})`:                  1,
			`sum(tradebaas_http_requests_total{route="/api/auth/login",status="200"})`: 1,
		} {
			got := evaluate(t, samples, query)
			require.Len(t, got, 1, query)
			require.GreaterOrEqual(t, got[0].F, least, query)
		}
	})

	t.Run("every query asks for what is exported", func(t *testing.T) {
		queries := queriesIn(t, dashboardFile)
		require.Greater(t, len(queries), 60)
		for _, alert := range readAlerts(t) {
			queries = append(queries, alert.Expr)
		}
		for _, query := range queries {
			require.Empty(t, now.faultsOf(query), query)
			evaluate(t, now.hour(t), query)
		}
		for query, fault := range map[string]string{ // the check bites
			`sum(tradebaas_nothing)`:                            "nobody exports tradebaas_nothing",
			`tradebaas_ready{part="disk"}`:                      "tradebaas_ready has no label part",
			`sum by (user) (rate(tradebaas_repairs_total[1m]))`: "grouped by user, which no metric of it has",
		} {
			require.Equal(t, []string{fault}, now.faultsOf(query))
		}
	})

	t.Run("no label names a user", func(t *testing.T) {
		for _, point := range now {
			require.NotContains(t, point.labels.String(), p.id)
			require.NotContains(t, point.labels.String(), "example.com")
		}
	})

	t.Run("each alert fires in its trouble and only then", func(t *testing.T) {
		alerts := readAlerts(t)
		require.Len(t, troubles, len(alerts))
		well := now.hour(t)
		for _, alert := range alerts {
			require.Empty(t, evaluate(t, well, alert.Expr), "%s at a server that is well", alert.Alert)
			trouble, known := troubles[alert.Alert]
			require.True(t, known, "%s is tried", alert.Alert)
			require.NotEmpty(t, evaluate(t, now.hour(t, trouble...), alert.Expr), "%s in its trouble", alert.Alert)
		}
	})
}

// What an alert says uses labels that its query keeps, and the guide explains each of them.
func TestAlerts_are_explained(t *testing.T) {
	guide, err := os.ReadFile("../../docs/operator-guide.md")
	require.NoError(t, err)
	named := regexp.MustCompile(`\$labels\.(\w+)`)
	for _, alert := range readAlerts(t) {
		require.Contains(t, string(guide), "`"+alert.Alert+"`")
		require.Contains(t, []string{"critical", "warning"}, alert.Labels["severity"], alert.Alert)
		require.NotEmpty(t, alert.Annotations["summary"], alert.Alert)
		if alert.For != "" {
			_, err := model.ParseDuration(alert.For)
			require.NoError(t, err, alert.Alert)
		}
		for _, text := range alert.Annotations {
			for _, label := range named.FindAllStringSubmatch(text, -1) {
				require.Contains(t, alert.Expr+" check kind venue pool", label[1], alert.Alert)
			}
		}
	}
}

// The example scrapes the admin listener's usual address and loads the alerts beside it.
func TestScrapeExample(t *testing.T) {
	raw, err := os.ReadFile(scrapeFile)
	require.NoError(t, err)
	var file struct {
		RuleFiles []string `yaml:"rule_files"`
		Scrapes   []struct {
			Job     string `yaml:"job_name"`
			Targets []struct {
				Targets []string `yaml:"targets"`
			} `yaml:"static_configs"`
		} `yaml:"scrape_configs"`
	}
	require.NoError(t, yaml.Unmarshal(raw, &file))
	require.Equal(t, []string{"alerts.yml"}, file.RuleFiles)
	require.Equal(t, "tradebaas", file.Scrapes[0].Job, "the alerts ask for this job")
	require.Equal(t, []string{"127.0.0.1:8081"}, file.Scrapes[0].Targets[0].Targets)
}
