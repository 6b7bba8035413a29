// node run.mjs HTTP WS KEY SECRET: every step asserts a fact; the first that is not so ends it with 1.
import ccxt from 'ccxt'
import { rest } from './rest.mjs'
import { socket } from './socket.mjs'

const [http, ws, apiKey, secret] = process.argv.slice(2)

function made(kind) {
  const exchange = new kind({ apiKey, secret, enableRateLimit: false })
  exchange.urls.api = { rest: http, ws }
  return exchange
}

await rest(made(ccxt.deribit))
console.log('ccxt over HTTP: passed')
const live = made(ccxt.pro.deribit)
await live.loadHttpProxyAgent() // how ccxt learns to speak ws without TLS
await socket(live)
await live.close()
console.log('ccxt over WebSocket: passed')
process.exit(0)
