// Holds the page to its weight: the scripts a first visit loads stay under 300 kB gzip, and the chart library and
// the pages of administrators are not among them. Reads the manifest that the build has just written.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'

const limit = 300_000
const dist = fileURLToPath(new URL('../dist/', import.meta.url))
const manifest = JSON.parse(readFileSync(dist + 'manifest.json', 'utf8'))

/** All chunks that `name` pulls in at once, itself included. */
function eager(name, seen = new Set()) {
  if (seen.has(name)) return seen
  seen.add(name)
  for (const next of manifest[name].imports ?? []) eager(next, seen)
  return seen
}

const first = [...eager('index.html')]
let total = 0
for (const name of first) {
  const size = gzipSync(readFileSync(dist + manifest[name].file)).length
  total += size
  console.log(`${String(size).padStart(8)}  ${manifest[name].file}`)
}
console.log(`${String(total).padStart(8)}  bytes of script in the first load, gzip (limit ${limit})`)

const charts = Object.keys(manifest).filter((name) => name.includes('lightweight-charts') || name.includes('candles-chart'))
if (charts.length === 0) throw new Error('no lazy chart chunk in the build')
const pages = Object.keys(manifest).filter((name) => name.startsWith('src/admin/'))
if (pages.length === 0) throw new Error('no lazy page of administrators in the build')
if ([...pages, ...pages.flatMap((name) => manifest[name].imports ?? [])].some((name) => name.includes('admin') && first.includes(name))) throw new Error('the pages of administrators are loaded at once, they must stay lazy')
if (charts.some((name) => first.includes(name))) throw new Error('the chart library is loaded at once, it must stay lazy')
if (total > limit) throw new Error(`the first load is ${total} bytes, ${total - limit} over the limit`)
