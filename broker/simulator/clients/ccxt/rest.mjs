// Drives the simulated exchange with ccxt as it comes: only its addresses and keys are set.
import assert from 'node:assert/strict'

const market = 'BTC/USDC:USDC'

export async function rest(exchange) {
  const markets = await exchange.loadMarkets()
  assert.ok(markets[market], 'the linear perpetual is listed')
  assert.equal(markets[market].linear, true)
  assert.equal(markets['BTC/USD:BTC'].inverse, true)
  assert.ok(Object.values(markets).some((one) => one.future), 'dated futures are listed')

  const currencies = await exchange.fetchCurrencies()
  assert.ok(currencies.BTC && currencies.USDC)
  assert.ok(Math.abs((await exchange.fetchTime()) - Date.now()) < 60_000)
  assert.equal((await exchange.fetchStatus()).status, 'ok')

  const ticker = await exchange.fetchTicker(market)
  assert.ok(ticker.bid < ticker.ask && ticker.last > 0, 'a ticker with two sides')
  const tickers = await exchange.fetchTickers(['BTC/USD:BTC'])
  assert.ok(tickers['BTC/USD:BTC'].last > 0)

  const book = await exchange.fetchOrderBook(market, 20)
  assert.ok(book.bids.length >= 10 && book.bids[0][0] < book.asks[0][0])
  assert.ok(book.bids[0][0] > book.bids[1][0] && book.asks[0][0] < book.asks[1][0])

  const candles = await exchange.fetchOHLCV(market, '1m', undefined, 100)
  assert.ok(candles.length >= 99)
  for (const [, open, high, low, close] of candles) assert.ok(low <= Math.min(open, close) && high >= Math.max(open, close))

  const trades = await exchange.fetchTrades(market, undefined, 50)
  assert.ok(trades.length > 0 && trades.every((trade) => trade.price > 0 && trade.amount > 0))

  const funding = await exchange.fetchFundingRate(market)
  assert.equal(typeof funding.fundingRate, 'number')
  const rates = await exchange.fetchFundingRateHistory(market, Date.now() - 8 * 3_600_000)
  assert.ok(rates.length > 0)

  const balance = await exchange.fetchBalance()
  assert.equal(balance.USDC.total, 100_000)
  assert.equal(balance.BTC.total, 1)
  const fees = await exchange.fetchTradingFees()
  assert.ok(fees[market].taker > fees[market].maker)

  await orders(exchange, ticker)
  await position(exchange)
}

async function orders(exchange, ticker) {
  const low = exchange.priceToPrecision(market, ticker.bid * 0.99)
  const placed = await exchange.createOrder(market, 'limit', 'buy', 0.01, Number(low), { label: 'ccxt-1' })
  assert.equal(placed.status, 'open')
  const found = await exchange.fetchOrder(placed.id, market)
  assert.equal(found.price, Number(low))
  assert.equal(found.amount, 0.01)

  const lower = Number(exchange.priceToPrecision(market, ticker.bid * 0.985))
  const edited = await exchange.editOrder(placed.id, market, 'limit', 'buy', 0.02, lower)
  assert.equal(edited.price, lower)
  assert.equal(edited.amount, 0.02)
  assert.ok((await exchange.fetchOpenOrders(market)).some((order) => order.id === placed.id))

  const cancelled = await exchange.cancelOrder(placed.id, market)
  assert.equal(cancelled.status, 'canceled')
  await assert.rejects(exchange.cancelOrder(placed.id, market), (error) => /not_open_order/.test(error.message))

  await exchange.createOrder(market, 'limit', 'buy', 0.01, Number(low), { postOnly: true })
  await exchange.createOrder(market, 'limit', 'buy', 0.01, lower)
  await exchange.cancelAllOrders(market)
  assert.equal((await exchange.fetchOpenOrders(market)).length, 0)

  await assert.rejects(exchange.createOrder(market, 'limit', 'buy', 1000, Number(low)), (error) => error.constructor.name === 'InsufficientFunds')
  await assert.rejects(exchange.createOrder('BTC/NOPE:NOPE', 'limit', 'buy', 1, 1), (error) => error.constructor.name === 'BadSymbol')
}

async function position(exchange) {
  const bought = await exchange.createOrder(market, 'market', 'buy', 0.05)
  assert.equal(bought.status, 'closed')
  assert.equal(bought.filled, 0.05)
  const [held] = await exchange.fetchPositions([market])
  assert.equal(held.side, 'long')
  assert.equal(held.contracts, 0.05) // ccxt counts coins here, whatever the contract size
  assert.equal((await exchange.fetchPosition(market)).side, 'long')

  const stop = Number(exchange.priceToPrecision(market, held.entryPrice * 0.97))
  const protection = await exchange.createOrder(market, 'market', 'sell', 0.05, undefined, { stopLossPrice: stop, reduceOnly: true })
  const waiting = await exchange.fetchOrder(protection.id, market)
  assert.equal(Number(waiting.info.trigger_price), stop)
  assert.equal(waiting.info.reduce_only, true)

  await exchange.createOrder(market, 'market', 'sell', 0.05, undefined, { reduceOnly: true })
  assert.equal((await exchange.fetchPositions([market])).filter((one) => one.contracts > 0).length, 0)
  await exchange.cancelAllOrders(market)

  const mine = await exchange.fetchMyTrades(market)
  assert.ok(mine.length >= 2 && mine.every((trade) => trade.fee.cost > 0 && trade.fee.currency === 'USDC'))
  const ofOrder = await exchange.fetchOrderTrades(bought.id, market)
  assert.ok(ofOrder.length >= 1 && ofOrder.every((trade) => trade.order === bought.id))
  const closed = await exchange.fetchClosedOrders(market)
  assert.ok(closed.some((order) => order.id === bought.id))
  assert.equal((await exchange.fetchOrder(protection.id, market)).status, 'canceled')
  await ledger(exchange, mine)
}

// ledger holds the money to the account's own log: what the trades cost is what the balance has lost.
async function ledger(exchange, mine) {
  const { result } = await exchange.privateGetGetTransactionLog({ currency: 'USDC', start_timestamp: Date.now() - 3_600_000, end_timestamp: Date.now() })
  const rows = result.logs.filter((row) => row.type === 'trade')
  assert.equal(rows.length, mine.length)
  const fees = rows.reduce((sum, row) => sum + Number(row.commission), 0)
  const cost = mine.reduce((sum, trade) => sum + trade.fee.cost, 0)
  assert.ok(Math.abs(fees - cost) < 1e-9, 'a commission is a fee')
  assert.ok(result.logs.some((row) => row.type === 'deposit'))
  const balance = await exchange.fetchBalance()
  const lost = 100_000 - Number(balance.info.summaries.find((one) => one.currency === 'USDC').balance)
  assert.ok(Math.abs(lost - cost) < 1e-6, 'fees leave the balance at once')
  assert.ok((await exchange.fetchAccounts()).length > 0)
  assert.deepEqual(await exchange.fetchLiquidations(market), [])
}
