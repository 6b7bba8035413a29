# Everything that a newcomer, a developer and the project's own check need. `make help` lists it.

SHELL := /bin/sh
GO ?= go
NPM ?= npm
# The race detector needs a C compiler on Linux; without one the tests still run, unraced.
RACE := $(shell if [ "$$(uname)" = Darwin ] || command -v "$$($(GO) env CC)" >/dev/null 2>&1; then echo -race; fi)
PAGE_SOURCES := $(shell find web/src web/public web/index.html web/package.json web/vite.config.ts web/tsconfig*.json -type f 2>/dev/null)
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2

.DEFAULT_GOAL := help
.PHONY: help run build page test test-go test-page test-browser storm storm-disk storm-failover load soak lint bench fuzz fmt clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: build ## Build and start everything on 127.0.0.1:8080: database, paper exchange, server and page
	@exec bin/tradebaas serve

build: page ## Build bin/tradebaas with the page inside, and bin/loadtest
	@mkdir -p bin
	@$(GO) build -trimpath -o bin/ ./cmd/tradebaas ./cmd/loadtest

page: web/dist/index.html ## Build the web page into web/dist

web/node_modules/.package-lock.json: web/package-lock.json
	@echo "Installing the page's packages (about a minute, once)"
	@cd web && $(NPM) ci --no-audit --no-fund --loglevel=error
	@touch $@

web/dist/index.html: web/node_modules/.package-lock.json $(PAGE_SOURCES)
	@echo "Building the page"
	@cd web && $(NPM) run --silent build
	@touch $@

test: ## Test everything: Go under the race detector, the page, and a newcomer's path in a real browser
	@$(MAKE) --no-print-directory lint-go
	@$(MAKE) --no-print-directory test-page
	@$(MAKE) --no-print-directory test-go
	@$(MAKE) --no-print-directory test-browser

.PHONY: lint-go
lint-go:
	@unformatted=$$(gofmt -l $$(git ls-files '*.go' 2>/dev/null || find . -name '*.go')); \
	if [ -n "$$unformatted" ]; then echo "gofmt wants to change: $$unformatted (run make fmt)"; exit 1; fi
	@$(GO) vet ./...

test-go: ## Only the Go tests
	@$(GO) test $(RACE) -shuffle=on -timeout 15m ./...

test-page: page ## Only the page's unit tests
	@cd web && $(NPM) test --silent

test-browser: build ## Only the browser tests
	@$(GO) build -trimpath -tags actorfaults -o bin/tradebaas-faulty ./cmd/tradebaas
	@sh web/e2e/browser.sh

.PHONY: shots
shots: build ## Renew the pictures of the documentation from a server of their own (about seven minutes)
	@cd web && CHROME_BIN=$$(node e2e/chrome.mjs) node e2e/shots.mjs

KILLS ?= 200
STORM_SEED ?= 1
storm: ## Kill the real server with -9 over and over, KILLS=200 times, and hold it to its promises
	@$(GO) test ./cmd/tradebaas -run '^TestStorm$$' -v -timeout 3h -args -storm.kills=$(KILLS) -storm.seed=$(STORM_SEED)

storm-disk: ## Fill the disk under a trading server, as root on Linux, and see that it goes on once there is room
	@$(GO) test -tags diskfull ./cmd/tradebaas -run '^TestF45' -v -timeout 10m

storm-failover: ## Let the database fail over to a replica that lost the last commits, under trading
	@$(GO) test ./cmd/tradebaas -run '^TestF43' -v -timeout 10m

LOAD ?= --users 200 --duration 1m
load: build ## Put 200 simulated people on a server of its own for a minute; LOAD="--users 50 --duration 10s" for others
	@bin/loadtest --serve bin/tradebaas $(LOAD)

SOAK ?= 10m
soak: ## Let 200 accounts trade for SOAK=10m while the exchange misbehaves, and see that all stays flat
	@$(GO) test $(RACE) ./broker/deribit -run '^TestSoak$$' -v -timeout 3h -soak.for=$(SOAK)

lint: lint-go ## Vet and staticcheck
	@$(GO) run $(STATICCHECK) ./...

bench: ## Run the benchmarks, each beside its floor
	@$(GO) test -run '^$$' -bench . -benchmem ./...

SEEDS ?= 1000
FIRST ?= 1

.PHONY: sim
sim: ## Live through SEEDS simulated worlds (from seed FIRST on) and check every invariant of orders
	@$(GO) run ./cmd/simulate -seeds $(SEEDS) -first $(FIRST)

FUZZTIME ?= 30s
fuzz: ## Fuzz the exchange's frames in both directions, each for FUZZTIME (30s)
	@$(GO) test ./broker/deribit -run '^$$' -fuzz '^FuzzClientFrame$$' -fuzztime $(FUZZTIME)
	@$(GO) test ./broker/simulator -run '^$$' -fuzz '^FuzzServerFrame$$' -fuzztime $(FUZZTIME)

fmt: ## Format the Go files
	@gofmt -w $$(git ls-files '*.go')

clean: ## Remove what was built; the data directory var/ stays
	@rm -rf bin web/node_modules web/dist/assets
	@git clean -qfX web/dist
