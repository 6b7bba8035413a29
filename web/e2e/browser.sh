#!/bin/sh
# Walks the page in a real browser. Uses an installed Chrome or Chromium (CHROME_BIN, or the usual names),
# installs Debian's where it may, and else says what to install.
#
# Names of test files (newcomer, trades, quality, risk, admin) run only those. Without TRADEBAAS_URL a server of its own is started from bin/tradebaas, in a directory that is removed afterwards.
set -eu
cd "$(dirname "$0")/.."

if ! CHROME_BIN=$(node e2e/chrome.mjs); then
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing Chromium for the browser tests"
    export DEBIAN_FRONTEND=noninteractive
    apt-get install -y -qq --no-install-recommends chromium >/dev/null 2>&1 ||
      { apt-get update -qq >/dev/null 2>&1 && apt-get install -y -qq --no-install-recommends chromium >/dev/null 2>&1; } || true
  fi
  if ! CHROME_BIN=$(node e2e/chrome.mjs); then
    echo "The browser tests need Chrome or Chromium: install one (on Debian: apt-get install chromium) or set CHROME_BIN to it." >&2
    exit 1
  fi
fi
export CHROME_BIN
exec node e2e/run.mjs "$@"
