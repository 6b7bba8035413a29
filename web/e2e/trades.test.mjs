// Two users trade side by side, in browsers of their own; then one of them looks back: trades, calendar, files, bell.
import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { after, before, describe, it } from 'node:test'
import { launch, run, Visitor } from './visitor.mjs'

describe('two users side by side', () => {
  let browser
  let users

  before(async () => {
    browser = await launch()
    users = await Promise.all([Visitor.arrive(browser), Visitor.arrive(browser)])
    await Promise.all(users.map((user, index) => user.registerConnected(`side-${index}-${run}@example.com`)))
  })
  after(() => browser?.close())

  it('trade at the same time and see nothing of each other', async () => {
    await Promise.all(
      users.map(async (user) => {
        await user.press('fastTest', 'Start Fast Test')
        await user.page.getByTestId('position').waitFor()
        assert.equal(await user.page.getByTestId('position').count(), 1, 'one position: one’s own')
        await user.reaches('watch', 'done', 60_000)
        await user.page.getByTestId('recent-trades').getByTestId('trade-closed').waitFor()
      }),
    )
    for (const [who, other] of [users, users.toReversed()]) {
      const orders = other.told('orders').map(({ id }) => id)
      const trades = other.told('trades').map(({ id }) => id)
      assert.ok(orders.length >= 3 && trades.length >= 1, 'the other one’s page followed orders and trades')
      const secrets = [other.user.id, other.user.email, ...orders, ...trades].map((text) => `"${text}`)
      for (const [what, texts] of [['frames', who.frames], ['answers', who.answers]]) {
        assert.ok(texts.length > 5, `${what} were kept`)
        const leaked = texts.filter((text) => secrets.some((secret) => text.includes(secret)) || text.includes(other.user.id))
        assert.deepEqual(leaked, [], `${what} to ${who.user.email} that are about ${other.user.email}`)
      }
      assert.equal(await who.page.getByTestId('recent-trades').getByTestId('trade-closed').count(), 1)
      await who.page.getByTestId('bell').click()
      await who.page.getByTestId('notices').locator('[data-kind=trade_closed]').waitFor()
      assert.equal(await who.page.getByTestId('notices').locator('[data-kind^=trade_]').count(), 2, 'opened and closed, and nothing of the other')
      await who.page.keyboard.press('Escape')
      who.quiet()
    }
    await users[1].leave()
  })

  it('know what is new, also after a reload', async () => {
    const [user] = users
    const { page } = user
    await page.getByTestId('unread').waitFor({ state: 'detached' })
    await page.reload()
    await page.getByTestId('bell').click()
    await page.getByTestId('notices').locator('[data-kind=trade_opened]').waitFor()
    await page.getByTestId('unread').waitFor({ state: 'detached' })
    await user.accessibleInBoth('the list of notifications')
    await page.getByTestId('notices').getByRole('link', { name: /closed a trade/ }).click()
    await page.getByTestId('trade-detail').getByTestId('exit-about').waitFor()
  })

  it('see what a trade was made of and why', async () => {
    const [user] = users
    const { page } = user
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('cell', { name: 'Entry, Buy' }).waitFor()
    await dialog.getByText('The signal and every check allowed this entry.').waitFor()
    await user.accessibleInBoth('the details of a trade')
    await page.keyboard.press('Escape')
    await dialog.waitFor({ state: 'detached' })
    assert.equal(new URL(page.url()).search, '')
    await page.getByTestId('trade-row').getByRole('button').click()
    await dialog.waitFor()
    await page.goBack()
    await dialog.waitFor({ state: 'detached' })
  })

  it('keep a filter in the address', async () => {
    const [user] = users
    const { page } = user
    await page.getByLabel('Side').selectOption('sell')
    await page.getByText('No trades match this filter.').waitFor()
    await page.getByRole('radio', { name: '7 days' }).click()
    await page.waitForURL((url) => url.searchParams.get('side') === 'sell' && url.searchParams.get('period') === 'week')
    await page.reload()
    await page.getByText('No trades match this filter.').waitFor()
    assert.equal(await page.getByLabel('Side').inputValue(), 'sell')
    await page.getByLabel('Side').selectOption('buy')
    await page.getByTestId('trade-row').waitFor()
    await page.getByRole('button', { name: 'Clear the filters' }).click()
    await page.waitForURL((url) => url.search === '')
  })

  it('find a day in the calendar', async () => {
    const [user] = users
    const { page } = user
    const day = page.getByTestId('calendar-day')
    await day.click()
    await page.getByTestId('day-chip').getByText('Closed on').waitFor()
    await page.getByTestId('trade-row').waitFor()
    assert.equal(new URL(page.url()).searchParams.get('day'), await day.getAttribute('data-day'))
    const [net] = (await page.getByTestId('stats').locator('dd').first().innerText()).split(' ')
    assert.match(await day.getAttribute('title'), new RegExp(`: ${net.replace(/[.+]/g, '\\$&')}\\d* USDC, 1 trade$`), 'the day says what the statistics say')
    await page.getByTestId('day-chip').click()
    await page.getByTestId('day-chip').waitFor({ state: 'detached' })
  })

  it('save the trades of a filter as a file', async () => {
    const [user] = users
    const { page } = user
    const save = async (kind) => {
      await page.getByRole('button', { name: 'Export' }).click()
      const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: kind }).click()])
      assert.match(download.suggestedFilename(), /^tradebaas-trades-\d{4}-\d\d-\d\d\.(csv|json)$/)
      return await readFile(await download.path(), 'utf8')
    }
    const lines = (await save('CSV')).trim().split('\n')
    assert.equal(lines.length, 2)
    assert.match(lines[0], /^id,strategyName,/)
    assert.match(lines[1], /,Fast Test,deribit,paper,/)
    await page.getByLabel('Closed by').selectOption('time')
    await page.getByTestId('trade-row').waitFor()
    const [trade] = JSON.parse(await save('JSON'))
    assert.equal(trade.exitReason, 'time')
  })

  it('draw the equity with its drawdown', async () => {
    const [user] = users
    const { page } = user
    const point = (minutes, equity) => ({ broker: 'deribit', environment: 'paper', currency: 'USDC', time: new Date(Date.now() - minutes * 60_000).toISOString(), equity })
    await page.route('**/api/user/trades/equity?*', (route) => route.fulfill({ json: { success: true, points: [point(30, '12500'), point(20, '10000')] } }))
    await user.goto('/trades')
    const card = page.getByTestId('equity-curve')
    await card.locator('canvas').first().waitFor()
    await card.getByText('-20.00 %').first().waitFor()
    await page.unrouteAll()
    user.quiet()
    await user.leave()
  })
})
