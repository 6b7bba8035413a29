// Makes the pictures of the documentation from a server of its own: what they show really happened there.
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { root, withServer } from './server.mjs'

const folder = join(root, 'docs', 'images')
const most = 150_000
const perpetuals = ['BTC_USDC-PERPETUAL', 'ETH_USDC-PERPETUAL', 'BTC-PERPETUAL']

await withServer('tradebaas', async (url) => {
  process.env.TRADEBAAS_URL = url
  const { launch, Visitor } = await import('./visitor.mjs')
  mkdirSync(folder, { recursive: true })
  const browser = await launch()
  try {
    const user = await Visitor.arrive(browser, { width: 1440, height: 900 })
    await user.registerConnected('you@example.com')
    await trade(user)
    await picture(user)
    await phone(browser, user, Visitor)
  } finally {
    await browser.close()
  }
})

/** Calls the API as the page does. */
async function caller(user) {
  const answer = await fetch(`${process.env.TRADEBAAS_URL}/api/auth/login`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ email: user.user.email, password: 'a long enough pass phrase' }),
  })
  const { accessToken } = await answer.json()
  return (path, body) => fetch(process.env.TRADEBAAS_URL + path, { method: 'POST', headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${accessToken}` }, body: JSON.stringify(body) })
}

/** Rounds of Fast Test until the equity has been kept once, which is every five minutes; and Razor at work when the pictures are taken. */
async function trade(user) {
  const call = await caller(user)
  const start = (strategyName, instrument, config) => call('/api/strategy/start', { strategyName, instrument, environment: 'paper', config, disclaimerAccepted: true })
  for (let round = 0; round < 12; round++) {
    await Promise.all(perpetuals.map((instrument) => start('Fast Test', instrument, {})))
    await pause(26_000)
  }
  await start('Razor', 'BTC_USDC-PERPETUAL', { preset: 'conservative' })
  await start('Fast Test', 'ETH_USDC-PERPETUAL', {})
}

async function picture(user) {
  const { page } = user
  await page.getByRole('button', { name: 'Hide the guide' }).click()
  await page.getByTestId('checkpoints').waitFor({ timeout: 120_000 })
  await page.getByTestId('chart').locator('canvas').first().waitFor()
  await switchTheme(page, 'Light')
  await save(page, 'trading')
  await switchTheme(page, 'Dark')
  await save(page, 'dark')
  await save(page, 'analysis', await page.getByTestId('analysis').boundingBox())
  await switchTheme(page, 'Light')
  await page.getByRole('link', { name: 'Trades', exact: true }).first().click()
  await page.getByTestId('equity-curve').locator('canvas').first().waitFor()
  await page.setViewportSize({ width: 1440, height: 1200 })
  await pause(2_000)
  await save(page, 'trades')
}

async function switchTheme(page, name) {
  await page.getByRole('button', { name: 'Theme' }).click()
  await page.getByRole('menuitemradio', { name }).click()
  await page.keyboard.press('Escape')
  await page.evaluate(() => document.activeElement?.blur())
  await pause(2_000)
}

async function phone(browser, user, Visitor) {
  const visitor = await Visitor.arrive(browser, { width: 380, height: 800, hasTouch: true, isMobile: true, deviceScaleFactor: 2 })
  await visitor.signIn(user.user.email)
  await visitor.page.getByRole('button', { name: 'Hide the guide' }).click()
  await visitor.page.getByTestId('chart').locator('canvas').first().waitFor()
  await pause(2_000)
  await save(visitor.page, 'mobile')
}

/** The library writes png and jpeg only; the browser itself writes webp, a quarter as large. */
async function save(page, name, box) {
  const session = await page.context().newCDPSession(page)
  const { data } = await session.send('Page.captureScreenshot', { format: 'webp', quality: 82, ...(box && { clip: { ...box, scale: 1 }, captureBeyondViewport: true }) })
  const picture = Buffer.from(data, 'base64')
  if (picture.length > most) throw new Error(`${name}.webp is ${picture.length} bytes, more than ${most}`)
  writeFileSync(join(folder, `${name}.webp`), picture)
  console.log(`${String(picture.length).padStart(8)}  docs/images/${name}.webp`)
}
