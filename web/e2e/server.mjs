// A server of one's own, for as long as it is used.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../../', import.meta.url))
/** A first start may fetch the database's binaries. */
const startWithin = 240_000

/**
 * Starts one of the programs in bin/ in an empty data directory, which is removed afterwards, and gives its address,
 * its owner's link and the address of its faults to `use`.
 */
export async function withServer(program, use) {
  const binary = join(root, 'bin', program)
  if (!existsSync(binary)) throw new Error(`bin/${program} is not built: run make test-browser`)
  const data = mkdtempSync(join(tmpdir(), 'tradebaas-browser-'))
  const [port, admin, faults] = [await freePort(), await freePort(), await freePort()]
  const url = `http://127.0.0.1:${port}`
  const server = spawn(binary, ['serve'], {
    cwd: data,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...process.env,
      TRADEBAAS_DATA_DIR: data,
      TRADEBAAS_LISTEN: `127.0.0.1:${port}`,
      TRADEBAAS_ADMIN_LISTEN: `127.0.0.1:${admin}`,
      TRADEBAAS_PUBLIC_URL: url,
      ACTORFAULTS: `127.0.0.1:${faults}`,
    },
  })
  let log = ''
  server.stdout.on('data', (text) => (log += text))
  server.stderr.on('data', (text) => (log += text))
  try {
    await ready(url, server)
    await use(url, readFileSync(join(data, 'owner-link'), 'utf8').trim(), `http://127.0.0.1:${faults}`)
  } catch (reason) {
    process.exitCode = 1
    console.error(reason)
  } finally {
    if (process.exitCode) console.error(`The server said last:\n${log.split('\n').slice(-60).join('\n')}`)
    if (server.exitCode === null) {
      server.kill('SIGINT')
      await Promise.race([once(server, 'exit'), pause(30_000, undefined, { ref: false })])
      if (server.exitCode === null) server.kill('SIGKILL')
    }
    rmSync(data, { recursive: true, force: true })
  }
}

async function ready(url, server) {
  const until = Date.now() + startWithin
  while (Date.now() < until) {
    if (server.exitCode !== null) throw new Error(`the server ended with code ${server.exitCode} before it was ready`)
    try {
      if ((await fetch(`${url}/ready`)).status === 200) return
    } catch {
      // Not listening yet.
    }
    await pause(200)
  }
  throw new Error(`the server was not ready within ${startWithin / 1000} s`)
}

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address()
  probe.close()
  await once(probe, 'close')
  return port
}
