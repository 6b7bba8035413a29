// What a trader does and sees on the trading page: the chart, a start with its risk, changes while it runs, the
// analysis and its decisions, and a close with its costs; in both languages.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { launch, password, run, Visitor } from './visitor.mjs'

const erin = `erin-${run}@example.com`

/** "−54.31 USDC" as a number. */
const number = (text) => Number(text.replaceAll(/[^\d.-]/g, ''))

describe('the trading page', () => {
  let browser
  let user

  before(async () => {
    browser = await launch()
    user = await Visitor.arrive(browser, { width: 1440, height: 1000 })
    await user.register(erin)
    await user.press('account', 'Take a paper account')
    await user.press('connect', 'Connect')
    await user.reaches('connect', 'done')
    await user.page.getByRole('button', { name: 'Hide the guide' }).click()
  })
  after(() => browser?.close())

  it('shows candles of each length, and earlier ones when the reader goes back', async () => {
    const { page } = user
    const chart = page.getByTestId('chart')
    await chart.locator('canvas').first().waitFor()
    await page.getByTestId('chart-legend').filter({ hasText: /O[\d,.\s]+H[\d,.\s]+L[\d,.\s]+C/ }).waitFor()
    const text = page.getByTestId('chart-text')
    assert.equal(await text.locator('tbody tr').count(), 10, 'the last candles are there as text')
    for (const length of ['5m', '15m', '1h', '1m']) {
      await page.getByRole('radio', { name: length, exact: true }).click()
      await text.getByText(`candles of ${length}.`).waitFor({ state: 'attached' })
    }
    const count = async () => Number(/(\d+) candles/.exec((await text.locator('p').textContent()) ?? '')?.[1])
    const loaded = await count()
    const box = await chart.boundingBox()
    const [left, middle] = [box.x + 60, box.y + box.height / 2]
    await page.mouse.move(left, middle)
    for (let i = 0; i < 12; i += 1) await page.mouse.wheel(0, 600)
    const more = page.waitForFunction((n) => Number(/(\d+) candles/.exec(document.querySelector('[data-testid=chart-text] p')?.textContent ?? '')?.[1]) > n + 500, loaded)
    for (let i = 0; i < 6; i += 1) {
      await page.mouse.move(left, middle)
      await page.mouse.down()
      await page.mouse.move(left + 700, middle, { steps: 8 })
      await page.mouse.up()
    }
    await more
    await user.accessible('the chart')
    user.quiet()
  })

  it('shows money at risk and costs before a start, and what each value does', async () => {
    const { page } = user
    await page.getByRole('button', { name: 'Start Razor' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('radio', { name: /Conservative/, checked: true }).waitFor()
    const preview = dialog.getByTestId('preview')
    const net = async (row, side) => number(await preview.getByRole('row', { name: new RegExp(`^${row}`) }).getByRole('cell').nth(side).innerText())
    await preview.getByRole('row', { name: /^Net at the stop/ }).waitFor()
    for (const side of [0, 1]) {
      assert.ok((await net('Net at the stop', side)) < -50, 'half a percent of 10,000 and the fees')
      assert.ok((await net('Net at the target', side)) > 0)
      assert.ok((await net('Leverage', side)) > 0)
    }
    assert.ok((await net('Stop', 0)) < (await net('Entry', 0)) && (await net('Stop', 1)) > (await net('Entry', 1)))
    await user.accessible('the start of a strategy')

    const before = await net('Net at the stop', 0)
    await dialog.getByRole('textbox', { name: 'Value' }).fill('1')
    await preview.getByText(/-1\.\d+ % of the account/).waitFor()
    assert.ok(Math.abs((await net('Net at the stop', 0)) / before - 2) < 0.05, 'twice the risk loses twice as much')
    await dialog.getByText('1 changed').waitFor()
    await dialog.getByRole('button', { name: 'Preset: 0.5, for Value' }).click()
    await preview.getByText(/-0\.\d+ % of the account/).waitFor()

    await dialog.getByRole('textbox', { name: 'Most leverage' }).fill('20')
    await dialog.getByText('That is a lot: above 10').waitFor()
    await dialog.getByText('Entry', { exact: true }).first().click()
    await dialog.getByRole('textbox', { name: 'Fast average' }).fill('50')
    // Only the server knows that the fast average must be the shorter one.
    await dialog.getByText(/must be (below|less|smaller|lower)/).first().waitFor()
    await preview.getByText('Correct the marked fields').waitFor()
    await dialog.getByRole('textbox', { name: 'Fast average' }).fill('500')
    await dialog.locator('[aria-invalid]').waitFor()
    await dialog.getByRole('radio', { name: /Original/ }).click()
    await preview.getByText(/-0\.00 % of the account|-0\.01 % of the account/).waitFor()
    await dialog.getByRole('radio', { name: /Conservative/ }).click()
    await dialog.getByRole('button', { name: 'Start Razor' }).click()
    await page.getByTestId('running-strategy').getByText('Razor').waitFor()
    user.errors = user.errors.filter((error) => !error.includes('/api/strategy/preview'))
    user.quiet()
  })

  it('changes the parameters of a strategy that runs', async () => {
    const { page } = user
    const card = page.getByTestId('running-strategy')
    await card.getByText('v1').waitFor()
    await page.getByRole('button', { name: 'Parameters of Razor' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('What you save holds from the next entry on.').waitFor()
    await dialog.getByText('Stop and target', { exact: true }).click()
    await dialog.getByRole('textbox', { name: 'Stop distance' }).fill('0.7')
    await dialog.getByTestId('preview').getByRole('row', { name: /^Net at the stop/ }).waitFor()
    await user.accessible('the change of a strategy')
    await dialog.getByRole('button', { name: 'Save as a new version' }).click()
    await page.getByText('Razor uses version 2 from its next entry on.').waitFor()
    await card.getByText('v2').waitFor()
    await page.getByRole('button', { name: 'Parameters of Razor' }).click()
    await dialog.getByText('Stop and target', { exact: true }).click()
    assert.equal(await dialog.getByRole('textbox', { name: 'Stop distance' }).inputValue(), '0.7')
    await dialog.getByRole('button', { name: 'Preset: 0.5, for Stop distance' }).waitFor()
    await page.keyboard.press('Escape')
    user.quiet()
  })

  it('says what a strategy sees and when it decides next', async () => {
    const { page } = user
    const analysis = page.getByTestId('analysis')
    await analysis.getByText(/Looks at every candle that closes|Holds a position|Waits before it may enter again/).waitFor({ timeout: 90_000 })
    await page.getByTestId('checkpoints').getByRole('listitem').nth(7).waitFor()
    await analysis.getByRole('meter', { name: /Score: Long, enters at 64/ }).waitFor()
    const left = analysis.getByText(/^in \d+ s$/)
    if (await left.isVisible()) {
      const first = await left.innerText()
      await page.waitForFunction((text) => !document.querySelector('[data-testid=analysis-state]')?.textContent?.includes(text), first)
    }
    await analysis.getByText('Indicators').click()
    await page.getByTestId('indicators').getByText('EMA fast', { exact: true }).waitFor()
    await user.accessible('the analysis')
    user.quiet()
  })

  it('opens a decision, and closes a position after showing its costs', async () => {
    const { page } = user
    await page.getByLabel('Instrument').selectOption('ETH_USDC-PERPETUAL')
    await page.getByRole('button', { name: 'Start Fast Test' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByTestId('preview').getByRole('row', { name: /^Net at the stop/ }).waitFor()
    assert.equal(await dialog.getByTestId('preview').getByRole('columnheader').count(), 2, 'it only ever buys')
    await dialog.getByRole('button', { name: 'Start Fast Test' }).click()
    const position = page.getByTestId('position').filter({ hasText: 'ETH_USDC-PERPETUAL' })
    await position.getByTestId('open-result').waitFor()
    await page.getByTestId('chart-marks').getByText(/Long .* at .*Stop at .*Target at/).waitFor({ state: 'attached' })
    await position.getByRole('button', { name: 'Close position' }).click()
    const costs = dialog.getByTestId('close-preview')
    await costs.getByText('Net result of closing').waitFor()
    for (const name of ['Price result', 'Slippage', 'Fees of closing']) await costs.getByText(name).waitFor()
    await user.accessible('the close of a position')
    await dialog.getByRole('button', { name: 'Close at market' }).click()
    await position.waitFor({ state: 'hidden' })
    await page.getByTestId('recent-trades').getByTestId('trade-closed').filter({ hasText: 'Fast Test' }).waitFor()
    await page.getByTestId('chart-marks').getByText(/2 entries and exits/).waitFor({ state: 'attached' })
    user.quiet()
  })

  it('tells what a decision was based on', async () => {
    const { page } = user
    await page.getByRole('button', { name: 'Start Fast Test' }).waitFor()
    // Its place on the market is free once it has stopped itself.
    await page.getByTestId('running-strategy').filter({ hasText: 'Fast Test' }).waitFor({ state: 'hidden' })
    await page.getByRole('button', { name: 'Start Fast Test' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: 'Start Fast Test' }).click()
    await page.getByTestId('running-strategy').filter({ hasText: 'Fast Test' }).getByRole('button', { name: /Fast Test/ }).first().click()
    await page.getByTestId('last-decision').getByText('Entered').waitFor()
    await page.getByRole('button', { name: 'All decisions' }).click()
    const list = dialog.getByTestId('decisions')
    await list.locator('summary').first().click()
    await list.getByText('How the size came about').first().waitFor()
    await list.getByText('Costs and result').first().waitFor()
    await user.accessible('the decisions')
    await page.keyboard.press('Escape')
    user.quiet()
  })

  it('does it all on a phone, in Dutch, in light', async () => {
    const phone = await Visitor.arrive(browser, { width: 380, height: 800, language: 'nl-NL', hasTouch: true, isMobile: true, colorScheme: 'light' })
    const { page } = phone
    await page.addInitScript(() => localStorage.setItem('tradebaas.preferences', JSON.stringify({ state: { theme: 'light', language: 'nl' }, version: 0 })))
    await phone.goto('/login')
    await page.getByLabel('E-mailadres').fill(erin)
    await page.getByLabel('Wachtwoord', { exact: true }).fill(password)
    await page.getByRole('button', { name: 'Inloggen' }).click()
    await page.getByTestId('chart-legend').waitFor()
    await phone.fits('the trading page')
    await page.getByRole('button', { name: 'Thor starten' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByTestId('preview').getByRole('rowheader', { name: 'Hefboom' }).waitFor()
    await dialog.getByText('Stop en doel', { exact: true }).click()
    await phone.fits('the start of a strategy')
    await phone.accessible('the start of a strategy on a phone')
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Parameters van Razor' }).click()
    await dialog.getByText('Wat je opslaat geldt vanaf de volgende instap.').waitFor()
    await phone.fits('the change of a strategy')
    await phone.accessible('the change of a strategy on a phone')
    await page.keyboard.press('Escape')
    await page.getByRole('button', { name: 'Alle beslissingen' }).click()
    await dialog.getByText('nieuwste eerst').waitFor()
    await phone.accessible('the decisions on a phone')
    phone.quiet()
    await phone.leave()
    await user.leave()
  })
})
