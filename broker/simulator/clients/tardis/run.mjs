// node run.mjs HTTP WS KEY SECRET: follows the market with tardis-dev as it comes; only its address and keys are set.
// Every step asserts a fact; the first that is not so ends it with 1.
import assert from 'node:assert/strict'

const [http, ws, key, secret] = process.argv.slice(2)
process.env.WSS_URL_DERIBIT = ws
const tardis = (await import('tardis-dev')).default
const amounts = { 'BTC_USDC-PERPETUAL': 0.01, 'BTC-PERPETUAL': 10 }
const symbols = Object.keys(amounts)

function fail(error) {
  throw error
}

async function ask(method, params, headers = {}) {
  const answer = await fetch(`${http}/api/v2/${method}?${new URLSearchParams(params)}`, { headers })
  const { result, error } = await answer.json()
  assert.equal(error, undefined)
  return result
}

// second is the second that a time lies in: while nobody trades, that is how long a book stays as it is.
const second = (at) => Math.floor(at / 1000)

// levels are a side of a book as the exchange writes it.
const levels = (side) => [...side].map(({ price, amount }) => [price, amount])

// market follows the normalized market without a login: a book made of changes is the book that is told on request.
async function market() {
  const books = Object.fromEntries(symbols.map((symbol) => [symbol, new tardis.OrderBook()]))
  const seen = { trade: 0, derivative_ticker: 0, book_ticker: 0, book_change: 0, same: 0 }
  const stream = tardis.streamNormalized({ exchange: 'deribit', symbols, timeoutIntervalMS: 10_000, onError: fail },
    tardis.normalizeTrades, tardis.normalizeBookChanges, tardis.normalizeDerivativeTickers, tardis.normalizeBookTickers)
  for await (const message of stream) {
    const { type, symbol } = message
    assert.ok(symbols.includes(symbol))
    seen[type]++
    if (type === 'trade') assert.ok(message.price > 0 && message.amount > 0 && ['buy', 'sell'].includes(message.side))
    if (type === 'derivative_ticker') assert.ok(message.markPrice > 0 && message.indexPrice > 0 && Number.isFinite(message.fundingRate))
    if (type === 'book_ticker') assert.ok(message.bidPrice < message.askPrice && message.bidAmount > 0 && message.askAmount > 0)
    if (type === 'book_change') {
      assert.equal(message.isSnapshot, books[symbol].bestBid() === undefined, 'one snapshot, then changes')
      books[symbol].update(message)
      assert.ok(books[symbol].bestBid().price < books[symbol].bestAsk().price, 'no crossed book')
      const whole = await ask('public/get_order_book', { instrument_name: symbol, depth: 10_000 })
      if (second(whole.timestamp) === second(message.timestamp.getTime())) {
        assert.deepEqual([levels(books[symbol].bids()), levels(books[symbol].asks())], [whole.bids, whole.asks])
        seen.same++
      }
    }
    if (seen.same >= 6 && seen.trade >= 4 && seen.derivative_ticker >= 4 && seen.book_ticker >= 2) return
    assert.ok(seen.book_change < 40, `the market goes on: ${JSON.stringify(seen)}`)
  }
}

// chain follows the raw books of a login while an account trades: no message is missing.
async function chain() {
  Object.assign(process.env, { DERIBIT_API_CLIENT_ID: key, DERIBIT_API_CLIENT_SECRET: secret })
  const headers = { authorization: `Basic ${btoa(`${key}:${secret}`)}` }
  const last = {}
  let changes = 0
  for await (const { message } of tardis.stream({ exchange: 'deribit', filters: [{ channel: 'book', symbols }], timeoutIntervalMS: 10_000, onError: fail })) {
    if (message.method !== 'subscription') continue
    const { channel, data } = message.params
    assert.match(channel, /\.raw$/)
    assert.equal(data.type, last[channel] === undefined ? 'snapshot' : 'change')
    assert.equal(data.prev_change_id, last[channel])
    assert.ok(data.change_id > (data.prev_change_id ?? 0))
    last[channel] = data.change_id
    if (data.type === 'snapshot') await ask('private/buy', { instrument_name: data.instrument_name, amount: amounts[data.instrument_name], type: 'market' }, headers)
    else changes++
    if (changes >= 6 && Object.keys(last).length === 2) return
  }
}

await market()
console.log('tardis-dev, a market without a login: passed')
await chain()
console.log('tardis-dev, raw books: passed')
process.exit(0)
