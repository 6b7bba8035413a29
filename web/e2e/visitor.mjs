// A person at a browser of their own: a fresh context whose console, requests and WebSocket frames are kept.
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { chromium } from 'playwright-core'
import { findChrome } from './chrome.mjs'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

export const url = process.env.TRADEBAAS_URL ?? ''
/** Tells this run from earlier ones at the same server; the files of one run share it. */
export const run = process.env.TRADEBAAS_BROWSER_RUN ?? ''
/** Made by the first file. */
export const ownerEmail = `owner-${run}@example.com`
export const password = 'a long enough pass phrase'

export function launch() {
  const executablePath = findChrome()
  assert.ok(executablePath, 'no Chrome or Chromium is installed; run e2e/browser.sh')
  const root = typeof process.getuid === 'function' && process.getuid() === 0
  return chromium.launch({ executablePath, args: root ? ['--no-sandbox'] : [] })
}

export class Visitor {
  errors = []
  frames = []
  /** What the server answered to the page, as text. */
  answers = []
  user = undefined

  static async arrive(browser, { width = 1280, height = 900, language = 'en', ...rest } = {}) {
    const visitor = new Visitor()
    visitor.context = await browser.newContext({ viewport: { width, height }, locale: language, ...rest })
    visitor.context.setDefaultTimeout(20_000)
    visitor.page = await visitor.context.newPage()
    visitor.listen(visitor.page)
    return visitor
  }

  listen(page) {
    page.on('console', (message) => message.type() === 'error' && this.errors.push(`${message.text()} ${message.location().url}`))
    page.on('pageerror', (error) => this.errors.push(String(error)))
    page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => this.frames.push(String(payload))))
    page.on('response', async (response) => {
      if (!response.url().includes('/api/')) return
      // An answer whose page has gone meanwhile has no text any more.
      const text = await response.text().catch(() => '')
      this.answers.push(text)
      if (response.url().endsWith('/api/auth/login') && response.ok()) this.user = JSON.parse(text).user
    })
  }

  goto(path) {
    return this.page.goto(new URL(path, url).href)
  }

  /** Makes an account through the page and arrives at the trading page. */
  async register(email) {
    await this.goto('/register')
    await this.page.getByLabel('E-mail address').fill(email)
    await this.page.getByLabel('Password', { exact: true }).fill(password)
    await this.page.getByRole('checkbox').check()
    await this.page.getByRole('button', { name: 'Create an account' }).click()
    await this.page.getByTestId('guide').waitFor()
  }

  async signIn(email, secret = password) {
    await this.goto('/login')
    await this.page.getByLabel('E-mail address').fill(email)
    await this.page.getByLabel('Password', { exact: true }).fill(secret)
    await this.page.getByRole('button', { name: 'Sign in' }).click()
    await this.page.getByRole('link', { name: 'Settings' }).first().waitFor()
  }

  step(name) {
    return this.page.getByTestId(`step-${name}`)
  }

  /** Waits until the guide shows a step in a state. */
  async reaches(step, state, timeout = 20_000) {
    await this.page.locator(`[data-testid=step-${step}][data-state=${state}]`).waitFor({ timeout })
  }

  async press(step, name) {
    await this.step(step).getByRole('button', { name }).click()
  }

  /** Makes an account that is connected to the paper exchange. */
  async registerConnected(email) {
    await this.register(email)
    await this.press('account', 'Take a paper account')
    await this.press('connect', 'Connect')
    await this.reaches('connect', 'done')
  }

  /** Items that the socket brought on a topic. */
  told(topic) {
    return this.frames
      .map((text) => JSON.parse(text))
      .filter((frame) => frame.topic === topic)
      .flatMap(({ data }) => data ?? [])
  }

  /** The theme of the page, without a way through its menus. */
  async theme(theme) {
    await this.page.evaluate((name) => {
      document.documentElement.dataset.theme = name
    }, theme)
  }

  /** axe finds nothing in the dark, and nothing in the light. */
  async accessibleInBoth(where) {
    for (const theme of ['light', 'dark']) {
      await this.theme(theme)
      await this.accessible(`${where}, ${theme}`)
    }
  }

  /** Nothing on this page keeps anybody out: axe finds nothing. */
  async accessible(where) {
    await this.settled()
    await this.page.evaluate(axe)
    const found = await this.page.evaluate(async () =>
      (await window.axe.run()).violations.map(({ id, impact, nodes }) => `${impact} ${id}: ${nodes.map(({ target }) => target.join(' ')).join(', ')}`),
    )
    assert.deepEqual(found, [], `accessibility of ${where}`)
  }

  /** Colours on their way to other ones are nobody's contrast. */
  settled() {
    return this.page.evaluate(() => Promise.all(document.getAnimations().filter((one) => one instanceof CSSTransition).map((one) => one.finished.catch(() => {}))))
  }

  /** The page is never wider than its window. */
  async fits(where) {
    const [width, window_] = await this.page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth])
    assert.ok(width <= window_, `${where} is ${width} px wide in a window of ${window_}`)
  }

  quiet() {
    assert.deepEqual(this.errors, [], 'errors in the console')
  }

  leave() {
    return this.context.close()
  }
}
