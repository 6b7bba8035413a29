// A thousand updates a second through the page's own socket, store and components. What is asserted are counts:
// how often React drew, and which rows it drew again. The frame rate is only told.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { launch, run, Visitor } from './visitor.mjs'

const seconds = 5
const perSecond = 1_000
const market = 'deribit:paper:BTC_USDC-PERPETUAL'

/** Runs in the page before its own scripts: counts commits and lets a test speak for the server. */
function instrument() {
  const pace = { commits: 0, feed: () => {}, newest: new Map() }
  window.pace = pace
  // React tells its developer tools of every commit, also in a production build.
  window.__REACT_DEVTOOLS_GLOBAL_HOOK__ = {
    supportsFiber: true,
    isDisabled: false,
    renderers: new Map(),
    inject: () => 1,
    onCommitFiberRoot: () => (pace.commits += 1),
    onPostCommitFiberRoot() {},
    onCommitFiberUnmount() {},
  }
  const Socket = window.WebSocket
  window.WebSocket = class extends Socket {
    #handler = null
    #seq = new Map()
    constructor(...args) {
      super(...args)
      this.addEventListener('message', ({ data }) => this.#take(JSON.parse(data)))
      pace.feed = (topic, data) => this.#say({ type: 'update', topic, data }, 1)
    }
    set onmessage(handler) {
      this.#handler = handler
    }
    /** The server's own frames keep coming; they are counted on from what was fed in between. */
    #take(frame) {
      if (frame.type === 'snapshot') this.#seq.set(frame.topic, frame.seq)
      if (frame.data !== undefined) pace.newest.set(frame.topic, Array.isArray(frame.data) ? frame.data.at(-1) : frame.data)
      if (frame.type === 'update') this.#say(frame)
      else this.#handler?.({ data: JSON.stringify(frame) })
    }
    #say(frame) {
      const seq = (this.#seq.get(frame.topic) ?? 0) + 1
      this.#seq.set(frame.topic, seq)
      this.#handler?.({ data: JSON.stringify({ ...frame, seq }) })
    }
  }
}

const order = (i) => ({
  id: `order-${i}`, label: '', instrument: `N${i}_USDC-PERPETUAL`, broker: 'deribit', environment: 'paper', side: 'buy', type: 'limit', state: 'open',
  amount: '1', filled: '0', price: '100', triggerPrice: '0', reduceOnly: false, foreign: false, time: '2026-01-01T00:00:00.000Z',
})

const position = (i) => ({
  instrument: `N${i}_USDC-PERPETUAL`, broker: 'deribit', environment: 'paper', side: 'buy', size: '1', averagePrice: '100', markPrice: '100', unrealizedPnl: '0',
  realizedPnl: '0', liquidationPrice: '0', stopLoss: '90', takeProfit: '110', foreign: false,
})

/** Feeds for some seconds and tells what the page did meanwhile. Runs in the page. */
async function feedAndCount({ market, orders, positions, moving, seconds, perSecond }) {
  const { pace } = window
  for (const each of orders) pace.feed('orders', each)
  for (const each of positions) pace.feed('positions', each)
  const frame = () => new Promise(requestAnimationFrame)
  await frame()
  await frame()
  await new Promise((done) => setTimeout(done, 500))
  const propsOf = (node) => node[Object.keys(node).find((name) => name.startsWith('__reactProps$'))]
  const drawn = (selector) => [...document.querySelectorAll(selector)].map(propsOf)
  const rows = drawn('[data-testid=orders] tbody tr')
  const held = drawn('[data-testid=position]')
  const ticker = pace.newest.get(`ticker:${market}`)
  const candle = pace.newest.get(`candles:${market}:1m`)
  const before = pace.commits
  const began = performance.now()
  let frames = 0
  let pushed = 0
  let most = 0
  while (performance.now() - began < seconds * 1000) {
    const commits = pace.commits
    await frame()
    most = Math.max(most, pace.commits - commits)
    frames += 1
    const due = Math.min(seconds * perSecond, Math.floor(((performance.now() - began) / 1000) * perSecond))
    for (; pushed < due; pushed += 1) {
      const price = (97_000 + (pushed % 500) / 10).toFixed(1)
      if (pushed % 10 === 0) pace.feed(`candles:${market}:1m`, { ...candle, close: price })
      else if (pushed % 10 < 4) pace.feed('positions', { ...positions[pushed % moving], markPrice: price })
      else pace.feed(`ticker:${market}`, { ...ticker, last: price, mark: price })
    }
  }
  const last = '97,123.4'
  pace.feed(`ticker:${market}`, { ...ticker, last: '97123.4' })
  await frame()
  await frame()
  return {
    frames, pushed, most, commits: pace.commits - before, took: performance.now() - began,
    rows: rows.length, rowsAgain: drawn('[data-testid=orders] tbody tr').filter((props, i) => props !== rows[i]).length,
    held: held.length, heldAgain: drawn('[data-testid=position]').filter((props, i) => props !== held[i]).length,
    shown: document.querySelector('[data-testid=last-price]').textContent, last,
  }
}

describe('a thousand updates a second', () => {
  let browser
  before(async () => {
    browser = await launch()
  })
  after(() => browser?.close())

  it('are drawn once per frame, and only where something changed', async () => {
    const visitor = await Visitor.arrive(browser, { width: 1440, height: 900 })
    const { page } = visitor
    await page.addInitScript(instrument)
    await visitor.register(`pace-${run}@example.com`)
    await visitor.press('account', 'Take a paper account')
    await visitor.press('connect', 'Connect')
    await visitor.reaches('connect', 'done')
    await page.getByTestId('last-price').filter({ hasText: /\d/ }).waitFor()
    await page.getByTestId('chart').locator('canvas').first().waitFor()

    const moving = 5
    const orders = Array.from({ length: 200 }, (_, i) => order(i))
    const positions = Array.from({ length: 20 }, (_, i) => position(i))
    const seen = await page.evaluate(feedAndCount, { market, orders, positions, moving, seconds, perSecond })
    console.log(
      `${seen.pushed} updates in ${(seen.took / 1000).toFixed(1)} s: ${seen.frames} frames (${((seen.frames / seen.took) * 1000).toFixed(1)} a second), ` +
        `${seen.commits} drawings, at most ${seen.most} in a frame; ${seen.rowsAgain} of ${seen.rows} order rows and ${seen.heldAgain} of ${seen.held} positions drawn again`,
    )
    assert.ok(seen.pushed >= 0.9 * seconds * perSecond, `only ${seen.pushed} updates were pushed`)
    // Clocks on the page and answers of the server draw now and then beside the frames.
    assert.ok(seen.commits <= seen.frames + 10 * seconds, `${seen.commits} drawings in ${seen.frames} frames`)
    assert.equal(seen.rows, orders.length)
    assert.equal(seen.rowsAgain, 0, 'no order changed, so no row is drawn again')
    assert.equal(seen.held, positions.length)
    assert.ok(seen.heldAgain <= moving, `${seen.heldAgain} positions are drawn again where ${moving} moved`)
    assert.equal(seen.shown, seen.last, 'the newest price is the one that stands')
    await visitor.leave()
  })
})
