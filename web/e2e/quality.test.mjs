// What holds on every page: axe, both themes, the width of a phone, the keyboard, states, and that nothing jumps.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { launch, ownerEmail, run, url, Visitor } from './visitor.mjs'

const ella = `ella-${run}@example.com`

describe('every page', () => {
  let browser
  let user

  before(async () => {
    browser = await launch()
    user = await Visitor.arrive(browser)
    await user.registerConnected(ella)
  })
  after(() => browser?.close())

  /** axe in both themes, and no wider than a phone. */
  async function walk(visitor, path, ready) {
    const { page } = visitor
    await page.setViewportSize({ width: 1280, height: 900 })
    await visitor.goto(path)
    await ready(page).first().waitFor()
    await visitor.accessibleInBoth(path)
    await page.setViewportSize({ width: 380, height: 800 })
    await visitor.fits(path)
    await visitor.accessible(`${path} on a phone`)
  }

  it('is accessible and fits a phone, signed out', async () => {
    const visitor = await Visitor.arrive(browser)
    for (const [path, title] of [['/login', 'Sign in to Tradebaas'], ['/register', 'Create your account'], ['/setup?token=x', 'Make the owner account'], ['/nowhere', 'There is no such page.']]) {
      await walk(visitor, path, (page) => page.getByRole('heading', { name: title }))
    }
    visitor.quiet()
    await visitor.leave()
  })

  it('is accessible and fits a phone, signed in', async () => {
    await walk(user, '/', (page) => page.getByTestId('chart').locator('canvas'))
    await walk(user, '/trades', (page) => page.getByText('No trades yet.'))
    await walk(user, '/settings', (page) => page.getByTestId('sessions').getByText('This device'))
    await user.page.setViewportSize({ width: 1280, height: 900 })
    user.quiet()
  })

  it('is accessible and fits a phone, for administrators', async () => {
    const owner = await Visitor.arrive(browser)
    await owner.signIn(ownerEmail)
    await owner.goto('/admin')
    await owner.page.getByRole('heading', { level: 1 }).waitFor()
    const paths = await owner.page.getByRole('main').getByRole('link').evaluateAll((links) => [...new Set(links.map((link) => link.pathname))].filter((path) => path.startsWith('/admin')))
    for (const path of new Set(['/admin', ...paths])) await walk(owner, path, (page) => page.getByRole('heading', { level: 1 }))
    owner.quiet()
    await owner.leave()
  })

  it('has accessible dialogs and menus', async () => {
    const { page } = user
    await user.goto('/')
    const opened = async (name, open, shown) => {
      await open()
      await shown().waitFor()
      await user.accessibleInBoth(name)
      await page.keyboard.press('Escape')
      await shown().waitFor({ state: 'detached' })
    }
    const dialog = () => page.getByRole('dialog')
    await opened('the account menu', () => page.getByRole('button', { name: 'Account menu' }).click(), () => page.getByRole('menu'))
    await opened('the kill switch', () => page.getByRole('button', { name: 'Kill switch for everything' }).click(), dialog)
    await opened('the start of a strategy', () => page.getByRole('button', { name: 'Start Razor' }).last().click(), dialog)
    await opened('the bell', () => page.getByTestId('bell').click(), () => page.getByTestId('notices'))
    await opened('disconnecting', () => page.getByRole('button', { name: 'Disconnect' }).first().click(), dialog)
    await page.getByRole('radio', { name: /Live/ }).click()
    await page.getByRole('button', { name: 'Connect an account' }).first().click()
    await dialog().getByText('This is real money.').waitFor()
    await dialog().getByText('It cannot withdraw').waitFor()
    await user.accessibleInBoth('the way to a live account')
    await page.keyboard.press('Escape')
    await page.getByRole('radio', { name: /Paper/ }).click()
    // Where there is no way to the real exchange the browser writes that into its console.
    assert.deepEqual(user.errors.splice(0).filter((error) => !error.includes('environment=live')), [])
  })

  it('is worked with the keyboard', async () => {
    const { page } = user
    await user.goto('/')
    await page.getByTestId('last-price').filter({ hasText: /\d/ }).waitFor()
    await page.keyboard.press('Tab')
    const skip = page.getByRole('link', { name: 'Skip to the content' })
    assert.ok(await skip.evaluate((link) => link === document.activeElement && link.getBoundingClientRect().width > 20), 'the first stop is the way to the content, to be seen')
    await page.keyboard.press('Enter')
    assert.equal(await page.evaluate(() => document.activeElement?.id), 'content')
    const bell = page.getByTestId('bell')
    await bell.focus()
    await page.keyboard.press('Enter')
    await page.getByTestId('notices').waitFor()
    await page.keyboard.press('Escape')
    assert.ok(await bell.evaluate((button) => button === document.activeElement), 'focus comes back to what opened the list')
    await page.keyboard.press('Tab')
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle)
    assert.equal(outline, 'solid', 'focus is seen')
  })

  it('does not jump while prices move', async () => {
    const { page } = user
    await user.goto('/')
    await page.getByTestId('chart').locator('canvas').first().waitFor()
    await page.getByTestId('equity').filter({ hasText: /\d/ }).first().waitFor()
    await page.evaluate(() => document.fonts.ready)
    const ticks = () => user.frames.filter((frame) => frame.includes('"topic":"ticker:')).length
    const until = async (wanted) => {
      for (const start = Date.now(); ticks() < wanted; ) {
        assert.ok(Date.now() - start < 60_000, 'prices move')
        await page.evaluate(() => new Promise(requestAnimationFrame))
      }
    }
    await until(ticks() + 5)
    await page.evaluate(() => {
      window.shifts = []
      new PerformanceObserver((list) => window.shifts.push(...list.getEntries().map(({ value, sources }) => ({ value, of: sources.map(({ node }) => node?.outerHTML?.slice(0, 120) ?? '') })))).observe({ type: 'layout-shift' })
    })
    await until(ticks() + 30)
    assert.deepEqual(await page.evaluate(() => window.shifts), [])
  })

  it('says what failed and tries again', async () => {
    const { page } = user
    await page.route('**/api/user/trades/history?*', (route) => route.fulfill({ status: 500, json: { success: false, error: 'Something went wrong here.', code: 'internal', requestId: 'r-1' } }))
    await user.goto('/trades')
    const card = page.getByTestId('history')
    await card.getByText('Something went wrong here.').waitFor()
    await card.getByText('Reference r-1').waitFor()
    await user.accessibleInBoth('a card that failed')
    await page.unrouteAll()
    await card.getByRole('button', { name: 'Try again' }).click()
    await card.getByText('No trades yet.').waitFor()
    assert.equal(user.errors.splice(0).filter((error) => !error.includes('/api/user/trades/history')).length, 0)
  })

  it('stands in for a part that does not load', async () => {
    const { page } = user
    await user.goto('/')
    await page.route(/settings-page-.*\.js/, (route) => route.abort())
    await page.getByRole('link', { name: 'Settings' }).first().click()
    await page.getByText('This part of the page failed to load.').waitFor()
    await user.accessibleInBoth('a part that failed')
    await page.unrouteAll()
    await page.getByRole('button', { name: 'Reload the page' }).click()
    await page.getByTestId('sessions').getByText('This device').waitFor()
    user.errors.splice(0)
  })

  it('tells when the link is lost, until when, and which figures are old', async () => {
    const visitor = await Visitor.arrive(browser)
    const { page } = visitor
    const open = new Set()
    let cut = false
    await page.routeWebSocket(/\/ws\?/, (socket) => {
      if (cut) return void socket.close()
      socket.connectToServer()
      open.add(socket)
    })
    await visitor.signIn(ella)
    await page.getByTestId('last-price').filter({ hasText: /\d/ }).waitFor()
    cut = true
    for (const socket of open) await socket.close()
    const banner = page.getByTestId('link-banner')
    await banner.getByText(/Next attempt in \d+ s\.|Trying now/).waitFor()
    assert.match(await page.getByTestId('last-price').locator('.figures').evaluate((figure) => getComputedStyle(figure).textDecorationStyle), /dotted/)
    await visitor.accessibleInBoth('a page without a link')
    cut = false
    await banner.waitFor({ state: 'detached', timeout: 45_000 })
    visitor.quiet()
    await visitor.leave()
  })

  it('comes back to the same page after a session that ended', async () => {
    const { page } = user
    const other = await Visitor.arrive(browser)
    await other.signIn(ella)
    await other.goto('/trades?side=sell')
    await other.page.getByText('No trades match this filter.').waitFor()
    await user.goto('/settings')
    const device = page.getByTestId('sessions').getByRole('listitem').filter({ hasNotText: 'This device' })
    await device.first().waitFor()
    for (let left = await device.count(); left > 0; left--) {
      await device.first().getByRole('button', { name: 'Sign out' }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Sign out' }).click()
      await page.getByRole('dialog').waitFor({ state: 'detached' })
      await device.nth(left - 1).waitFor({ state: 'detached' })
    }
    await other.page.getByText('You were signed out.').waitFor()
    await other.accessibleInBoth('the sign-in after a session that ended')
    await other.page.getByLabel('E-mail address').fill(ella)
    await other.page.getByLabel('Password', { exact: true }).fill('a long enough pass phrase')
    await other.page.getByRole('button', { name: 'Sign in' }).click()
    await other.page.waitForURL(`${url}/trades?side=sell`)
    await other.leave()
    await user.leave()
  })
})
