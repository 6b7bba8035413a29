// What an operator does, in a real browser: users, keys, halt, and the actors while some are made to fail. Runs against
// the program that can be told to (TRADEBAAS_BROWSER_FAULTS).
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { launch, ownerEmail, password, run, url, Visitor } from './visitor.mjs'

const eva = `eva-${run}@example.com`
const another = 'another long pass phrase'

describe('administration', () => {
  let browser
  let owner
  let user
  let page

  before(async () => {
    browser = await launch()
    owner = await Visitor.arrive(browser, { width: 1440 })
    page = owner.page
    const token = new URL(process.env.TRADEBAAS_OWNER_LINK, url).searchParams.get('token')
    await owner.goto(`/setup?token=${encodeURIComponent(token)}`)
    await page.getByLabel('E-mail address').fill(ownerEmail)
    await page.getByLabel('Password', { exact: true }).fill(password)
    await page.getByRole('checkbox').check()
    await page.getByRole('button', { name: 'Make the owner account' }).click()
    await page.getByRole('link', { name: 'Admin' }).first().waitFor()
    user = await Visitor.arrive(browser)
    await user.register(eva)
    await user.press('account', 'Take a paper account')
    await user.press('connect', 'Connect')
    await user.reaches('connect', 'done')
  })
  after(() => browser?.close())

  it('finds a user and shows them without keys and amounts', async () => {
    await page.getByRole('link', { name: 'Admin' }).first().click()
    const users = page.getByTestId('users')
    await users.getByText(ownerEmail).waitFor()
    await page.getByRole('searchbox', { name: 'Search by e-mail or name' }).fill('EVA-')
    await users.getByText(ownerEmail).waitFor({ state: 'hidden' })
    await page.getByRole('searchbox', { name: 'Search by e-mail or name' }).fill('nobody at all')
    await page.getByText('Nobody found.').waitFor()
    await page.getByRole('searchbox', { name: 'Search by e-mail or name' }).fill(eva)
    await owner.accessible('the users')
    await users.getByRole('link', { name: eva }).click()
    await page.getByRole('heading', { name: eva }).waitFor()
    const connections = page.getByTestId('user-connections')
    await connections.getByText('connected', { exact: true }).waitFor()
    await connections.getByText('Stored').waitFor()
    await page.getByTestId('user-actors').getByText('deribit:paper').waitFor()
    const text = await page.locator('main').innerText()
    assert.doesNotMatch(text, /USDC|••••/, 'no amounts and nothing of a key')
    await owner.accessible('one user')
    owner.quiet()
  })

  it('sees actors fail and come back, live', async () => {
    await page.getByRole('link', { name: 'Actors' }).click()
    await page.getByTestId('failures').getByText('Nothing has failed since the server started.').waitFor()
    const tree = page.getByTestId('tree')
    await tree.getByRole('button', { name: 'Show what is below users' }).click()
    await tree.locator('[data-actor^="tradebaas/users/"]').first().waitFor()
    const find = page.getByTestId('find-user')
    await find.getByRole('textbox').fill(eva)
    await find.getByRole('button', { name: 'Search' }).click()
    const link = find.locator('[data-actor$="/deribit:paper"]')
    await link.getByText('connected', { exact: true }).waitFor()
    await owner.accessible('the actors')

    const answer = await fetch(`${process.env.TRADEBAAS_BROWSER_FAULTS}/fail?kind=connection`, { method: 'POST' })
    assert.equal(answer.status, 200)
    const failure = page.getByTestId('failure').first()
    await failure.getByText('an injected failure').waitFor()
    await page.locator('[data-testid=kind-connection] [data-count=restarts]', { hasText: '1' }).waitFor()
    await link.getByText('restarted 1 time').waitFor()
    await link.getByText('connected', { exact: true }).waitFor()
    await failure.getByRole('button', { name: 'Show the stack' }).click()
    await failure.getByTestId('stack').getByText('actorFault').waitFor()
    await owner.accessible('the actors after a failure')

    await page.getByRole('button', { name: 'Pause' }).click()
    await page.getByText('Paused', { exact: true }).waitFor()
    await fetch(`${process.env.TRADEBAAS_BROWSER_FAULTS}/fail?kind=market`, { method: 'POST' })
    await page.getByRole('button', { name: 'Go on' }).click()
    await page.getByTestId('failure').nth(1).waitFor()
    await find.getByRole('textbox').fill('nobody@example.com')
    await find.getByRole('button', { name: 'Search' }).click()
    await find.getByRole('alert').waitFor()
    refusedOnly('/api/admin/actors/tree')
  })

  it('fits a phone, in Dutch, in light', async () => {
    const phone = await Visitor.arrive(browser, { width: 380, height: 800, language: 'nl-NL', hasTouch: true, isMobile: true })
    await phone.goto('/login')
    await phone.page.getByLabel('E-mailadres').fill(ownerEmail)
    await phone.page.getByLabel('Wachtwoord', { exact: true }).fill(password)
    await phone.page.getByRole('button', { name: 'Inloggen' }).click()
    await phone.page.getByRole('button', { name: 'Accountmenu' }).click()
    await phone.page.getByRole('menuitemradio', { name: 'Licht' }).click()
    await phone.page.keyboard.press('Escape')
    await phone.page.getByRole('link', { name: 'Beheer' }).last().click()
    await phone.page.getByTestId('users').getByText(eva).waitFor()
    await phone.fits('the administration')
    await phone.accessible('the administration on a phone')
    await phone.page.getByRole('link', { name: 'Actoren' }).click()
    await phone.page.getByTestId('kinds').getByText('connection').first().waitFor()
    await phone.fits('the actors')
    await phone.accessible('the actors on a phone')
    phone.quiet()
    await phone.leave()
  })

  it('tries every stored key', async () => {
    await owner.goto('/admin')
    const scan = page.getByTestId('scan')
    await scan.getByRole('button', { name: 'Check all keys' }).click()
    await scan.getByText('The one stored key opens.').waitFor()
    await owner.accessible('the scan of keys')
  })

  it('halts the server and resumes it', async () => {
    const halt = page.getByTestId('halt')
    await halt.getByRole('button', { name: 'Halt the server' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Halt the server' }).click()
    await halt.getByText('Accounts not flat yet').waitFor()
    await halt.getByRole('button', { name: 'Resume' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Resume' }).click()
    await halt.getByRole('button', { name: 'Halt the server' }).waitFor()
  })

  it('gives a user another password, which ends the session and signs in', async () => {
    await act(eva, 'Reset the password')
    await page.getByRole('dialog').getByLabel('Password', { exact: true }).fill(another)
    await page.getByRole('dialog').getByRole('button', { name: 'Reset the password' }).click()
    await page.getByText('The password is changed.').waitFor()
    await signedOut(user)
    await user.signIn(eva, another)
  })

  it('switches a user off, which ends the session, and on again', async () => {
    await act(eva, 'Switch off')
    await page.getByRole('dialog').getByRole('button', { name: 'Switch off' }).click()
    await page.getByTestId('users').getByText('Switched off').waitFor()
    await signedOut(user)
    await refused(another)
    await act(eva, 'Switch on')
    await page.getByRole('dialog').getByRole('button', { name: 'Switch on' }).click()
    await page.getByTestId('users').getByText('Switched off').waitFor({ state: 'hidden' })
    await user.signIn(eva, another)
  })

  it('deletes a user who trades only with everything closed', async () => {
    await user.goto('/')
    await user.page.getByRole('button', { name: 'Start Fast Test' }).last().click()
    await user.page.getByRole('dialog').getByRole('button', { name: 'Start Fast Test' }).click()
    await user.page.getByTestId('position').waitFor()
    await act(eva, 'Delete')
    const dialog = page.getByRole('dialog')
    await dialog.getByRole('button', { name: 'Delete' }).click()
    await dialog.getByText('This user still trades or has a position.').waitFor()
    await dialog.getByRole('checkbox').check()
    await owner.accessible('the dialog of a deletion')
    await dialog.getByRole('button', { name: 'Close everything and delete' }).click()
    await page.getByTestId('users').getByText(eva).waitFor({ state: 'hidden' })
    await signedOut(user)
    await refused(another)
    refusedOnly('/api/admin/users/')
  })

  async function act(email, name) {
    await page.getByRole('button', { name: `Actions for ${email}` }).click()
    await page.getByRole('menuitem', { name }).click()
  }

  /** The browser itself writes refused requests into its console; nothing else may stand there. */
  function refusedOnly(path) {
    assert.deepEqual(owner.errors.splice(0).filter((error) => !error.includes(path)), [])
  }

  function signedOut(visitor) {
    return visitor.page.getByRole('heading', { name: 'Sign in to Tradebaas' }).waitFor()
  }

  async function refused(secret) {
    await user.goto('/login')
    await user.page.getByLabel('E-mail address').fill(eva)
    await user.page.getByLabel('Password', { exact: true }).fill(secret)
    await user.page.getByRole('button', { name: 'Sign in' }).click()
    await user.page.getByRole('alert').first().waitFor()
  }
})
