// What holds trading back, in a real browser: limits, the kill switch, the stop of a position, a halt of the server.
// The owner is the one that newcomer.test.mjs made.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { launch, ownerEmail, password, run, Visitor } from './visitor.mjs'

const dora = `dora-${run}@example.com`

describe('limits, kill switch and halt', () => {
  let browser
  let user

  before(async () => {
    browser = await launch()
    user = await Visitor.arrive(browser)
    await user.register(dora)
    await user.press('account', 'Take a paper account')
    await user.press('connect', 'Connect')
    await user.reaches('connect', 'done')
  })
  after(() => browser?.close())

  it('refuses an entry beyond a limit, with the sentence of the server', async () => {
    const { page } = user
    await setLargestEntry('a lot')
    await page.getByTestId('limits').getByText('Enter a number.').waitFor()
    await user.accessible('the limits with an error')
    await setLargestEntry('1')
    await page.getByText('The limits are saved and hold from now on.').waitFor()
    await user.goto('/')
    await user.press('fastTest', 'Start Fast Test')
    await page.getByTestId('analysis').getByText(/This entry is worth [\d.]+ USD\. Your limit is 1 USD\./).first().waitFor()
    user.quiet()
  })

  it('stops everything with the kill switch, and starts nothing until it is reset', async () => {
    const { page } = user
    await page.getByRole('button', { name: 'Kill switch for everything' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('Nothing starts again until you reset it.').waitFor()
    await user.accessible('the dialog of the kill switch')
    await dialog.getByRole('button', { name: 'Stop and close now' }).click()
    await dialog.getByText('1 strategy stopped').waitFor()
    await dialog.getByText('Flat, checked with the exchange').waitFor()
    await user.accessible('the steps of the kill switch')
    await dialog.getByRole('button', { name: 'Close' }).last().click()
    await page.getByText('No strategy runs here yet.').waitFor()
    const banner = page.getByTestId('kill-banner')
    await banner.getByText('What it stopped stays stopped').waitFor()
    await page.getByRole('button', { name: 'Start Fast Test' }).last().click()
    await dialog.getByRole('button', { name: 'Start Fast Test' }).click()
    await dialog.getByText('The kill switch is on.').waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('link', { name: 'Trades', exact: true }).first().click()
    await banner.waitFor()
    await reset('everything')
    // The browser itself writes the refused start into its console.
    assert.equal(user.errors.splice(0).filter((error) => !error.includes('/api/strategy/start')).length, 0)
  })

  it('moves the stop of a position, and closes it with the kill switch of its strategy', async () => {
    const { page } = user
    await setLargestEntry('')
    await page.getByText('The limits are saved and hold from now on.').waitFor()
    await user.goto('/')
    await page.getByRole('button', { name: 'Start Fast Test' }).last().click()
    await page.getByRole('dialog').getByRole('button', { name: 'Start Fast Test' }).click()
    const position = page.getByTestId('position')
    await position.getByRole('button', { name: 'Move the stop' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('radio', { name: 'Percent from the mark price' }).click()
    await dialog.getByLabel('Percent from the mark price').last().fill('2')
    await page.getByTestId('stop-preview').getByText(/below the mark price/).waitFor()
    await dialog.getByRole('button', { name: 'Move the stop' }).click()
    await page.getByText('The position has a stop at').waitFor()
    await page.getByTestId('running-strategy').getByRole('button', { name: /^Kill switch for Fast Test/ }).click()
    await dialog.getByRole('button', { name: 'Stop and close now' }).click()
    await dialog.getByText('Flat, checked with the exchange').waitFor()
    await dialog.getByRole('button', { name: 'Close' }).last().click()
    await page.getByTestId('positions').getByText('No open position.').waitFor()
    await reset('Fast Test')
    await page.getByRole('link', { name: 'Trades', exact: true }).first().click()
    await page.getByTestId('trade-row').getByText('Kill switch').waitFor()
    await page.getByLabel('Compare by').selectOption('strategy')
    await page.getByTestId('group-row').getByText('Fast Test').waitFor()
    await page.getByTestId('stats').getByText('Average loss').waitFor()
    await user.accessible('the results compared')
    user.quiet()
  })

  it('lets the owner set a ceiling, halt the server and resume it', async () => {
    const owner = await Visitor.arrive(browser)
    const { page } = owner
    await owner.signIn(ownerEmail)
    await page.getByRole('link', { name: 'Admin' }).first().click()
    const ceilings = page.getByTestId('ceilings')
    await ceilings.getByLabel('Open trades').fill('50')
    await ceilings.getByRole('button', { name: 'Save the limits' }).click()
    await page.getByText('The limits are saved and hold from now on.').waitFor()
    const halt = page.getByTestId('halt')
    await halt.getByRole('button', { name: 'Halt the server' }).click()
    await page.getByRole('dialog').getByLabel('Also close all positions of all users').check()
    await owner.accessible('the dialog of a halt')
    await page.getByRole('dialog').getByRole('button', { name: 'Halt the server' }).click()
    await halt.getByText('Accounts not flat yet').waitFor()
    await page.getByTestId('kill-banner').getByText('An administrator has halted this server.').waitFor()
    await owner.accessible('the administration during a halt')
    // Razor of the first file may hold a position, which is closed now.
    await halt.getByText('No account has an order or a trade of this server left.').waitFor()

    await user.goto('/settings')
    await user.page.getByTestId('kill-banner').getByText('your positions are closed').waitFor()
    await user.page.getByTestId('limits').getByText('This server: 50').waitFor()

    await halt.getByRole('button', { name: 'Resume' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Resume' }).click()
    await halt.getByRole('button', { name: 'Halt the server' }).waitFor()
    await page.getByTestId('kill-banner').waitFor({ state: 'hidden' })
    owner.quiet()
    user.quiet()
    await owner.leave()
  })

  it('has its red button on a phone, in Dutch, in light', async () => {
    const phone = await Visitor.arrive(browser, { width: 380, height: 800, language: 'nl-NL', hasTouch: true, isMobile: true })
    const { page } = phone
    await phone.goto('/login')
    await page.getByLabel('E-mailadres').fill(dora)
    await page.getByLabel('Wachtwoord', { exact: true }).fill(password)
    await page.getByRole('button', { name: 'Inloggen' }).click()
    await page.getByRole('button', { name: 'Accountmenu' }).click()
    await page.getByRole('menuitemradio', { name: 'Licht' }).click()
    await page.getByRole('menuitem', { name: 'Noodstop' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Nu stoppen en sluiten' }).waitFor()
    await phone.accessible('the dialog of the kill switch on a phone')
    await page.keyboard.press('Escape')
    await page.getByRole('link', { name: 'Instellingen', exact: true }).last().click()
    await page.getByTestId('limits').getByText('Deze server: 50').waitFor()
    await phone.fits('the limits')
    await phone.accessible('the limits on a phone')
    phone.quiet()
    await phone.leave()
    user.quiet()
  })

  async function setLargestEntry(text) {
    await user.goto('/settings')
    const card = user.page.getByTestId('limits')
    await card.getByLabel('Largest entry').fill(text)
    await card.getByRole('button', { name: 'Save the limits' }).click()
  }

  async function reset(subject) {
    const { page } = user
    await page.getByRole('button', { name: `Reset the kill switch for ${subject}` }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Reset' }).click()
    await page.getByText('The kill switch is off.').waitFor()
    await page.getByTestId('kill-banner').waitFor({ state: 'hidden' })
  }
})
