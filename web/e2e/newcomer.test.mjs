// The newcomer's path in a real browser against a running server: TRADEBAAS_URL, and TRADEBAAS_OWNER_LINK as printed.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { launch, ownerEmail, password, run, url, Visitor } from './visitor.mjs'

const anna = `anna-${run}@example.com`
const bram = `bram-${run}@example.com`

describe('the page', () => {
  let browser
  let first

  before(async () => {
    browser = await launch()
  })
  after(() => browser?.close())

  it('makes the owner through the one-time link', async () => {
    const owner = await Visitor.arrive(browser)
    const { page } = owner
    const link = process.env.TRADEBAAS_OWNER_LINK ?? ''
    const token = new URL(link, url).searchParams.get('token') ?? link
    await owner.goto(`/setup?token=${encodeURIComponent(token)}`)
    await owner.accessible('the owner’s page')
    await page.getByLabel('E-mail address').fill(ownerEmail)
    await page.getByLabel('Password', { exact: true }).fill(password)
    await page.getByRole('checkbox').check()
    await page.getByRole('button', { name: 'Make the owner account' }).click()
    await page.getByRole('link', { name: 'Admin' }).first().click()
    await page.getByTestId('users').getByText(ownerEmail).waitFor()
    await owner.accessible('the users')
    await page.getByRole('button', { name: 'Account menu' }).click()
    await page.getByRole('menuitem', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'Sign in to Tradebaas' }).waitFor()
    await owner.goto('/admin')
    await page.getByRole('heading', { name: 'Sign in to Tradebaas' }).waitFor()
    owner.quiet()
    await owner.leave()
  })

  it('says by each field what is wrong before it asks the server', async () => {
    const visitor = await Visitor.arrive(browser)
    await visitor.goto('/register')
    await visitor.page.getByRole('button', { name: 'Create an account' }).click()
    for (const text of ['Enter an e-mail address.', 'Use at least 12 characters.', 'Tick the box to go on.']) {
      await visitor.page.getByText(text).waitFor()
    }
    await visitor.accessible('the registration with errors')
    visitor.quiet()
    await visitor.leave()
  })

  it('leads a newcomer to a first simulated trade, and on to Razor', async () => {
    first = await Visitor.arrive(browser)
    const { page } = first
    await first.register(anna)
    assert.equal(await page.evaluate(() => document.cookie), '', 'no cookie that a script can read')
    await first.accessible('the trading page of a newcomer')

    await first.press('account', 'Take a paper account')
    await first.reaches('account', 'done')
    await first.press('connect', 'Connect')
    await first.reaches('connect', 'done')
    await page.getByText('Simulated prices').first().waitFor()
    await page.getByTestId('equity').filter({ hasText: '10,000.00 USDC' }).first().waitFor()
    await page.getByTestId('last-price').filter({ hasText: /\d/ }).waitFor()
    await page.getByTestId('chart').locator('canvas').first().waitFor()

    const pressed = Date.now()
    await first.press('fastTest', 'Start Fast Test')
    await page.getByTestId('watching').waitFor()
    const position = page.getByTestId('position')
    await position.waitFor()
    for (const figure of ['Stop', 'Target']) {
      const shown = await position.locator('div', { has: page.locator('dt', { hasText: figure }) }).locator('dd').first().innerText()
      assert.match(shown, /^[\d,.]+$/, `the position shows its ${figure}`)
    }
    await page.getByTestId('orders').getByRole('cell', { name: 'Stop' }).waitFor()
    await first.reaches('watch', 'done', 60_000 - (Date.now() - pressed))
    await page.getByTestId('recent-trades').getByTestId('trade-closed').waitFor()
    await page.getByTestId('positions').getByText('No open position.').waitFor()
    console.log(`start pressed to closed trade on the page: ${((Date.now() - pressed) / 1000).toFixed(1)} s`)

    await first.press('razor', 'Start Razor, conservative')
    await first.reaches('razor', 'done')
    await first.reaches('analyse', 'done', 90_000)
    await page.getByTestId('checkpoints').getByText('RSI extreme').waitFor()
    assert.ok((await page.getByTestId('checkpoints').getByRole('listitem').count()) >= 8, 'Razor shows its checkpoints')
    await first.accessible('the trading page with a running strategy')
    first.quiet()
  })

  it('finds everything again after a reload, and lists the trade', async () => {
    const { page } = first
    await page.reload()
    await page.getByTestId('running-strategy').getByText('Razor').waitFor()
    await page.getByTestId('recent-trades').getByTestId('trade-closed').waitFor()
    await page.getByRole('link', { name: 'Trades', exact: true }).first().click()
    await page.getByTestId('trade-row').getByText('Fast Test').waitFor()
    await page.getByTestId('stats').getByText('Win rate').waitFor()
    await first.accessible('the trades')
    await page.getByLabel('Instrument').selectOption('BTC-PERPETUAL')
    await page.getByText('No trades match this filter.').waitFor()
    await page.getByRole('link', { name: 'Settings' }).first().click()
    await page.getByTestId('key-paper').getByText('Checked at the exchange.').waitFor()
    await page.getByTestId('connections').getByText('Connected', { exact: true }).waitFor()
    await page.getByTestId('sessions').getByText('This device').waitFor()
    await first.accessible('the settings')
    first.quiet()
  })

  it('shows two users nothing of each other', async () => {
    await first.goto('/')
    await first.page.getByTestId('recent-trades').getByTestId('trade-closed').waitFor()
    const second = await Visitor.arrive(browser)
    const { page } = second
    await second.register(bram)
    await second.reaches('account', 'now')
    await page.getByText('No strategy runs here yet.').waitFor()
    await page.getByTestId('recent-trades').getByText('No trades yet.').waitFor()
    assert.equal(await page.getByRole('link', { name: 'Admin' }).count(), 0, 'a user sees no administration')

    await second.press('account', 'Take a paper account')
    await second.press('connect', 'Connect')
    await second.reaches('connect', 'done')
    first.frames.length = 0
    await second.press('fastTest', 'Start Fast Test')
    await second.reaches('watch', 'done', 60_000)

    // Razor may have traded meanwhile; Fast Test of the first user has traded once.
    assert.equal(await first.page.getByTestId('recent-trades').getByTestId('trade-closed').filter({ hasText: 'Fast Test' }).count(), 1)
    assert.ok(first.user && second.user && first.user.id !== second.user.id)
    assert.ok(first.frames.length > 0, 'the first user’s page stays live meanwhile')
    for (const [who, other] of [[first, second], [second, first]]) {
      const leaked = who.frames.filter((frame) => frame.includes(other.user.id) || frame.includes(other.user.email))
      assert.deepEqual(leaked, [], `frames of ${who.user.email} that name ${other.user.email}`)
    }
    first.quiet()
    second.quiet()
    await second.leave()
  })

  it('keeps two tabs of one browser signed in', async () => {
    const twin = await first.context.newPage()
    first.listen(twin)
    await twin.goto(url)
    await twin.getByTestId('running-strategy').getByText('Razor').waitFor()
    await Promise.all([twin.reload(), first.page.reload()])
    for (const page of [twin, first.page]) await page.getByTestId('running-strategy').getByText('Razor').waitFor()
    await twin.close()
    first.quiet()
  })

  it('signs out another device at once', async () => {
    const other = await Visitor.arrive(browser)
    await other.signIn(anna)
    await first.goto('/settings')
    const device = first.page.getByTestId('sessions').getByRole('listitem').filter({ hasNotText: 'This device' })
    await device.first().getByRole('button', { name: 'Sign out' }).click()
    await first.page.getByRole('dialog').getByRole('button', { name: 'Sign out' }).click()
    await other.page.getByText('You were signed out.').waitFor()
    await other.leave()
    first.quiet()
  })

  it('shows the server’s own sentence when a key is refused, and forgets no typing', async () => {
    const visitor = await Visitor.arrive(browser)
    const { page } = visitor
    await visitor.register(`carl-${run}@example.com`)
    await page.getByRole('link', { name: 'Settings' }).first().click()
    const card = page.getByTestId('key-paper')
    await card.getByText('Use a key of a separate paper exchange').click()
    await card.getByLabel('API key (Client ID)').fill('nobody')
    await card.getByLabel('API secret (Client Secret)').fill('knows-this-secret')
    await card.getByRole('button', { name: 'Save and connect' }).click()
    await card.getByRole('alert').getByText('The exchange refused this key.').waitFor()
    assert.equal(await card.getByLabel('API key (Client ID)').inputValue(), 'nobody')
    await visitor.leave()
  })

  it('lets the owner switch a user off and on, and delete them', async () => {
    const owner = await Visitor.arrive(browser)
    const { page } = owner
    await owner.signIn(ownerEmail)
    await page.getByRole('link', { name: 'Admin' }).first().click()
    await page.getByLabel('Search by e-mail or name').fill('bram-')
    const line = page.getByTestId('users').getByRole('listitem').filter({ hasText: bram })
    const act = async (name) => {
      await line.getByRole('button', { name: /Actions for/ }).click()
      await page.getByRole('menuitem', { name }).click()
      await page.getByRole('dialog').getByRole('button', { name }).click()
    }
    await act('Switch off')
    await line.getByText('Switched off').waitFor()
    const user = await Visitor.arrive(browser)
    await user.goto('/login')
    await user.page.getByLabel('E-mail address').fill(bram)
    await user.page.getByLabel('Password', { exact: true }).fill(password)
    await user.page.getByRole('button', { name: 'Sign in' }).click()
    await user.page.getByRole('alert').getByText('switched off').waitFor()
    await user.leave()
    await act('Switch on')
    await line.getByText('Switched off').waitFor({ state: 'hidden' })
    await act('Delete')
    await page.getByText('Nobody found.').waitFor()
    owner.quiet()
    await owner.leave()
  })

  it('says that the link is lost, and catches up by itself', async () => {
    const visitor = await Visitor.arrive(browser)
    const { page } = visitor
    const open = new Set()
    let cut = false
    await page.routeWebSocket(/\/ws\?/, (socket) => {
      if (cut) return void socket.close()
      socket.connectToServer()
      open.add(socket)
    })
    await visitor.signIn(anna)
    await page.getByTestId('last-price').filter({ hasText: /\d/ }).waitFor()
    cut = true
    for (const socket of open) await socket.close()
    await page.getByText('No link to the server.').waitFor()
    cut = false
    await page.getByText('No link to the server.').waitFor({ state: 'hidden', timeout: 45_000 })
    const before = await page.getByTestId('last-price').innerText()
    await page.waitForFunction((text) => document.querySelector('[data-testid=last-price]')?.textContent !== text, before)
    visitor.quiet()
    await visitor.leave()
  })

  it('works at 380 px, in Dutch, in light', async () => {
    const phone = await Visitor.arrive(browser, { width: 380, height: 800, language: 'nl-NL', hasTouch: true, isMobile: true })
    const { page } = phone
    await phone.goto('/login')
    await phone.fits('the sign-in')
    await page.getByLabel('E-mailadres').fill(anna)
    await page.getByLabel('Wachtwoord', { exact: true }).fill(password)
    await page.getByRole('button', { name: 'Inloggen' }).click()
    await page.getByTestId('running-strategy').getByText('Razor').waitFor()
    await phone.fits('the trading page')
    await page.getByRole('button', { name: 'Accountmenu' }).click()
    await page.getByRole('menuitemradio', { name: 'Licht' }).click()
    await page.keyboard.press('Escape')
    assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'light')
    await phone.accessible('the trading page on a phone, light')
    for (const [name, proof] of [['Trades', 'history'], ['Instellingen', 'sessions']]) {
      await page.getByRole('link', { name, exact: true }).last().click()
      await page.getByTestId(proof).waitFor()
      await phone.fits(name)
      await phone.accessible(`${name} on a phone`)
    }
    phone.quiet()
    await phone.leave()
  })

  it('starts and stops a strategy from its card', async () => {
    const { page } = first
    await first.goto('/')
    await page.getByRole('button', { name: 'Stop Razor' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Stop', exact: true }).click()
    await page.getByText('No strategy runs here yet.').waitFor()
    await page.getByRole('button', { name: 'Start Razor' }).last().click()
    const dialog = page.getByRole('dialog')
    // Razor may have left a position on its instrument, and that one takes no new start until it is flat.
    await dialog.getByLabel('Instrument').selectOption('ETH_USDC-PERPETUAL')
    await dialog.getByRole('radio', { name: /Conservative/, checked: true }).waitFor()
    await dialog.getByText('Stop and target', { exact: true }).click()
    await dialog.getByRole('textbox', { name: 'Stop distance' }).fill('99')
    await dialog.locator('[aria-invalid]').waitFor()
    await dialog.getByText('Correct the marked fields').waitFor()
    await first.accessible('the form of a strategy')
    await dialog.getByRole('textbox', { name: 'Stop distance' }).fill('0.6')
    await dialog.getByRole('button', { name: 'Start Razor' }).click()
    await page.getByTestId('running-strategy').getByText('Razor').waitFor()
    // The browser itself writes the refused preview of 99 percent into its console.
    assert.deepEqual(first.errors.splice(0).filter((error) => !error.includes('/api/strategy/preview')), [])
    await first.leave()
  })
})
