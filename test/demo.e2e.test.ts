import { spawn } from 'node:child_process'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { waitFor } from './support/wait-for.ts'

const PROGRAM = new URL('../src/main.ts', import.meta.url).pathname

const resultLine = z.object({
  tables: z.number(),
  rows_compared: z.number(),
  rows_different: z.number(),
  rows_applied: z.number(),
  lag_seconds: z.number(),
  guarantee: z.string(),
  workload: z.object({ addedTables: z.number(), truncates: z.number(), largeTransactions: z.number() }),
})

function startDemo(args: readonly string[]) {
  const child = spawn(process.execPath, [PROGRAM, 'demo', ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let told = ''
  child.stderr.on('data', (chunk: Buffer) => (told += chunk.toString()))
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  return { child, out: text(child.stdout), told: () => told, ended }
}

test('the demo ends by itself, and its last line says that every row of both sides is equal', async () => {
  const { out, told, ended } = startDemo(['--small', '--seconds', '10', '--json'])
  const code = await ended
  const lines = (await out).trimEnd().split('\n')
  expect(code === 0 ? '' : told()).toBe('')
  const result = resultLine.parse(JSON.parse(lines.at(-1) ?? ''))
  expect(result).toMatchObject({ tables: 11, rows_different: 0, guarantee: 'atomic' })
  expect(result.rows_compared).toBeGreaterThan(10_000)
  expect(result.rows_applied).toBeGreaterThan(result.rows_compared)
  expect(result.workload).toMatchObject({ addedTables: 1, truncates: 1, largeTransactions: 1 })
})

test('asked to end, it compares both sides first', async () => {
  const { child, out, told, ended } = startDemo(['--small', '--json'])
  await waitFor(() => told().includes('tables streaming'), { timeoutMs: 60_000, describe: told })
  child.kill('SIGINT')
  expect((await ended) === 0 ? '' : told()).toBe('')
  expect(JSON.parse(await out)).toMatchObject({ tables: 11, rows_different: 0 })
})
