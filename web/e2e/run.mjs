// Runs the browser tests against TRADEBAAS_URL, or against servers of their own with empty data directories.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { root, withServer } from './server.mjs'

/**
 * What is tested against which program. The faulty one differs in one thing: its actors can be told to fail. The files
 * of a stage run side by side; the stages follow each other. newcomer makes the owner that the others use, and risk
 * halts the whole server, which nobody else may notice.
 */
const suites = [
  { program: 'tradebaas', stages: [['newcomer'], ['trades', 'quality', 'trader'], ['pace'], ['risk']] },
  { program: 'tradebaas-faulty', stages: [['admin']] },
]
const asked = process.argv.slice(2)
const chosen = suites
  .map(({ program, stages }) => ({ program, stages: stages.map((files) => files.filter((name) => asked.length === 0 || asked.includes(name))).filter((files) => files.length > 0) }))
  .filter(({ stages }) => stages.length > 0)

if (process.env.TRADEBAAS_URL) {
  if (!process.env.TRADEBAAS_OWNER_LINK) stop('TRADEBAAS_OWNER_LINK is not set: it is the one-time link that the server prints')
  process.exitCode = await test(chosen[0].stages, process.env.TRADEBAAS_URL, process.env.TRADEBAAS_OWNER_LINK)
} else {
  for (const { program, stages } of chosen) {
    await withServer(program, async (url, link, faults) => {
      process.exitCode ||= await test(stages, url, link, faults)
    })
  }
}

function stop(why) {
  console.error(why)
  process.exit(1)
}

/** Runs the files of one stage after another; gives the worst exit code. */
async function test(stages, url, link, faults = '') {
  const run = Date.now().toString(36)
  const env = { ...process.env, TRADEBAAS_URL: url, TRADEBAAS_OWNER_LINK: link, TRADEBAAS_BROWSER_FAULTS: faults, TRADEBAAS_BROWSER_RUN: run }
  if (!stages.flat().some((name) => name === 'newcomer' || name === 'admin')) await makeOwner(url, link, run)
  let worst = 0
  for (const files of stages) {
    const runner = spawn(process.execPath, ['--test', '--test-concurrency=2', '--test-reporter=spec', ...files.map((name) => `e2e/${name}.test.mjs`)], { cwd: join(root, 'web'), stdio: 'inherit', env })
    const [code] = await once(runner, 'exit')
    worst = Math.max(worst, code ?? 1)
  }
  return worst
}

/** What newcomer does through the page, for a run without it. */
async function makeOwner(url, link, run) {
  const token = new URL(link, url).searchParams.get('token') ?? link
  const answer = await fetch(`${url}/api/setup/owner`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ token, email: `owner-${run}@example.com`, password: 'a long enough pass phrase', disclaimerAccepted: true }),
  })
  if (!answer.ok) throw new Error(`no owner was made: ${await answer.text()}`)
}
