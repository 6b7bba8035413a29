// The same over WebSocket, with ccxt's own watchers.
import assert from 'node:assert/strict'

const market = 'BTC/USDC:USDC'

export async function socket(exchange) {
  await exchange.loadMarkets()
  const ticker = await exchange.watchTicker(market)
  assert.ok(ticker.bid < ticker.ask)
  const quotes = await exchange.watchBidsAsks([market])
  assert.ok(quotes[market].bid < quotes[market].ask)

  const trades = await exchange.watchTrades(market)
  assert.ok(trades.length > 0 && trades.every((trade) => trade.symbol === market && trade.price > 0))

  const candles = await exchange.watchOHLCV(market, '1m')
  assert.equal(candles.at(-1)[0] % 60_000, 0)

  await book(exchange)
  await account(exchange)
}

// book compares what ccxt makes of the changes with what the exchange tells on request in the same second: while nobody
// trades a book stays as it is for a second.
async function book(exchange) {
  const second = (at) => Math.floor(at / 1000)
  for (let same = 0, n = 0; same < 3; n++) {
    assert.ok(n < 15, 'the copy is the book again and again')
    const held = await exchange.watchOrderBook(market)
    const whole = await exchange.fetchOrderBook(market, 10_000)
    if (second(held.timestamp) !== second(whole.timestamp)) continue
    for (const side of ['bids', 'asks']) assert.deepEqual([...held[side]].map(([price, amount]) => [price, amount]), whole[side])
    same++
  }
  // ccxt itself does not look whether a change follows the last one, so that is done here.
  let last
  const heard = new Promise((done, failed) => {
    const handle = exchange.handleOrderBook.bind(exchange)
    let changes = 0
    exchange.handleOrderBook = (client, message) => {
      const { change_id: id, prev_change_id: before } = message.params.data
      if (last !== undefined && before !== last) failed(new Error(`${before} does not follow ${last}`))
      last = id
      handle(client, message)
      if (++changes === 3) done()
    }
  })
  await heard
}

async function account(exchange) {
  const balance = exchange.watchBalance()
  const orders = exchange.watchOrders(market)
  const mine = exchange.watchMyTrades(market)
  await balance // it opens with the balance, so the subscriptions stand
  const { free } = await exchange.fetchBalance().then((all) => all.USDC)
  const bought = await exchange.createOrder(market, 'market', 'buy', 0.01)

  assert.ok((await orders).some((order) => order.id === bought.id && order.status === 'closed' && order.filled === 0.01))
  const fills = (await mine).filter((trade) => trade.order === bought.id)
  assert.equal(fills.reduce((sum, trade) => sum + trade.amount, 0), 0.01)
  assert.ok(fills.every((trade) => trade.fee.cost > 0 && trade.side === 'buy'))
  let told = await exchange.watchBalance()
  while (told.USDC.free >= free) told = await exchange.watchBalance()
  await exchange.createOrder(market, 'market', 'sell', 0.01, undefined, { reduceOnly: true })
}
