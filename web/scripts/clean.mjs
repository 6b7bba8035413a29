// Empties dist before a build and keeps the committed placeholder, so that a build leaves the checkout clean.
import { readdirSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const dist = fileURLToPath(new URL('../dist/', import.meta.url))
for (const name of readdirSync(dist)) {
  if (name !== 'placeholder.html') rmSync(dist + name, { recursive: true, force: true })
}
