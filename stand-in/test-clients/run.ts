import { spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import { type Client, clients } from './clients.ts'
import { clientServer } from './support/server.ts'

/** What a client's contract came to. */
interface Outcome {
  readonly client: string
  readonly passed: number
  readonly failed: number
  readonly exitCode: number
}

const folder = fileURLToPath(new URL('.', import.meta.url))
const cache = fileURLToPath(new URL('../../.cache/test-clients', import.meta.url))
const say = (line: string): void => void process.stdout.write(`${line}\n`)

/** Runs one client's script and counts its lines. */
async function run(client: Client, env: Readonly<Record<string, string>>): Promise<Outcome> {
  const clientCache = `${cache}/${client.name}`
  mkdirSync(clientCache, { recursive: true })
  const [command, ...args] = client.command
  const child = spawn(command === 'node' ? process.execPath : command, args, {
    cwd: folder,
    env: { ...process.env, ...env, CLIENT_CACHE: clientCache },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? 1)))
  let [passed, failed] = [0, 0]
  for await (const line of createInterface({ input: child.stdout })) {
    say(`  ${line}`)
    if (line.startsWith('ok - ')) passed++
    if (line.startsWith('not ok - ')) failed++
  }
  return { client: client.name, passed, failed, exitCode: await ended }
}

/** A client that checked nothing has not passed. */
const isGood = (outcome: Outcome): boolean => outcome.exitCode === 0 && outcome.failed === 0 && outcome.passed > 0

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: { version: { type: 'string', default: '4.0.2' } },
    allowPositionals: true,
  })
  const chosen = clients.filter(({ name }) => positionals.length === 0 || positionals.includes(name))
  if (chosen.length === 0) throw new Error(`no such client: ${clients.map(({ name }) => name).join(', ')} are there`)
  await using server = await clientServer(process.env['STARROCKS_URL'], values.version)
  const outcomes: Outcome[] = []
  for (const client of chosen) {
    say(`${client.name} against ${server.name}`)
    outcomes.push(await run(client, server.env))
  }
  for (const outcome of outcomes) {
    say(
      `${isGood(outcome) ? 'pass' : 'FAIL'}  ${outcome.client.padEnd(24)} ${outcome.passed} passed, ${outcome.failed} failed, exit ${outcome.exitCode}`,
    )
  }
  return outcomes.every(isGood) ? 0 : 1
}

process.exitCode = await main()
