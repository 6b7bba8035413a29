// The same over WebSocket, with ccxt's own watchers: it checks the change_id chain of books itself.
import assert from 'node:assert/strict'

const market = 'BTC/USDC:USDC'

export async function socket(exchange) {
  await exchange.loadMarkets()
  const ticker = await exchange.watchTicker(market)
  assert.ok(ticker.bid < ticker.ask)

  const trades = await exchange.watchTrades(market)
  assert.ok(trades.length > 0)

  let book
  for (let n = 0; n < 4; n++) book = await exchange.watchOrderBook(market)
  assert.ok(book.bids.length > 5 && book.bids[0][0] < book.asks[0][0])

  const candles = await exchange.watchOHLCV(market, '1m')
  assert.ok(candles.length > 0)

  const balance = exchange.watchBalance()
  const orders = exchange.watchOrders(market)
  const mine = exchange.watchMyTrades(market)
  await Promise.race([new Promise((done) => setTimeout(done, 1_500)), orders]) // until the subscriptions stand
  await exchange.createOrder(market, 'market', 'buy', 0.01)
  for (let told = await balance; told.USDC === undefined; ) told = await exchange.watchBalance()
  assert.ok((await orders).some((order) => order.side === 'buy' && order.symbol === market))
  assert.ok((await mine).some((trade) => trade.amount > 0 && trade.fee.cost > 0))
  await exchange.createOrder(market, 'market', 'sell', 0.01, undefined, { reduceOnly: true })
}
