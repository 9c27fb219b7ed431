/** Measures the stand-in against its goals: node stand-in/bench/run.ts [--rows 500000] [--memory-limit 1GB] [--rounds 3]. */
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { parseArgs } from 'node:util'
import mysql from 'mysql2/promise'

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '500000' },
    'memory-limit': { type: 'string', default: '1GB' },
    rounds: { type: 'string', default: '3' },
  },
})
const rows = Number(values.rows)
const main = new URL('../src/main.ts', import.meta.url).pathname

/** Rows as an order table has them: about 100 bytes each. `round` makes their values differ. */
function csvBody(from: number, round: number): Buffer {
  const lines: string[] = []
  for (let index = 0; index < rows; index++) {
    const id = from + index
    lines.push(
      `${id}\t${id % 1000}\torder ${id} of round ${round}\t${(id % 10_000) / 100}\t2026-0${(id % 9) + 1}-11 08:${10 + (id % 50)}:07.123456\t${id % 2 === 0 ? 'true' : 'false'}\tnote ${'x'.repeat(id % 40)}`,
    )
  }
  return Buffer.from(`${lines.join('\n')}\n`)
}

function jsonBody(from: number, round: number): Buffer {
  const lines: string[] = []
  for (let index = 0; index < rows; index++) {
    const id = from + index
    lines.push(
      `{"id":${id},"customer":${id % 1000},"title":"order ${id} of round ${round}","price":"${(id % 10_000) / 100}","at":"2026-0${(id % 9) + 1}-11 08:${10 + (id % 50)}:07.123456","open":true,"note":"note ${'x'.repeat(id % 40)}"}`,
    )
  }
  return Buffer.from(lines.join('\n'))
}

async function load(port: number, body: Buffer, headers: Readonly<Record<string, string>>): Promise<void> {
  const text = await new Promise<string>((resolve, reject) => {
    const sent = request({
      host: '127.0.0.1',
      port,
      method: 'PUT',
      path: '/api/bench/orders/_stream_load',
      headers: {
        Authorization: `Basic ${Buffer.from('root:').toString('base64')}`,
        Expect: '100-continue',
        'Content-Length': body.length,
        ...headers,
      },
    })
    sent.on('continue', () => sent.end(body))
    sent.on('error', reject)
    sent.on('response', (response) => {
      let text = ''
      response.on('data', (piece: Buffer) => (text += piece.toString()))
      response.on('end', () => resolve(text))
    })
    sent.flushHeaders()
  })
  if (!text.includes('"Success"')) throw new Error(text)
}

const peakMb = (pid: number): number =>
  Math.round(Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024)

/** Seconds of processor time so far, of all threads. */
function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) / 100
}

const say = (line: string): void => void process.stdout.write(`${line}\n`)
const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0

const dataDir = mkdtempSync(join(tmpdir(), 'stand-in-bench-'))
const ports = ['--mysql-port', '--http-port', '--be-http-port'].flatMap((flag) => [flag, '0'])
const child = spawn(process.execPath, [main, '--data', dataDir, '--memory-limit', values['memory-limit'], ...ports], {
  stdio: ['ignore', 'pipe', 'inherit'],
})
try {
  const line = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).once('line', resolve)
    child.once('exit', (code) => reject(new Error(`the stand-in ended with ${code}`)))
  })
  const ready: { mysqlPort: number; beHttpPort: number } = JSON.parse(line)
  const sql = await mysql.createConnection({
    host: '127.0.0.1',
    port: ready.mysqlPort,
    user: 'root',
    multipleStatements: true,
  })
  await sql.query(`CREATE DATABASE bench; USE bench; CREATE TABLE orders (id BIGINT, customer INT, title VARCHAR(100), price DECIMAL(10,2),
    at DATETIME, open BOOLEAN, note VARCHAR(200)) PRIMARY KEY(id) DISTRIBUTED BY HASH(id) PROPERTIES("replication_num" = "1")`)
  const json = { format: 'json', ignore_json_size: 'true' }
  for (const [name, bodyOf, headers] of [
    ['csv', csvBody, {}],
    ['json', jsonBody, json],
  ] as const) {
    const rates: { readonly fresh: number[]; readonly again: number[] } = { fresh: [], again: [] }
    for (let round = 0; round < Number(values.rounds); round++) {
      const from = (name === 'csv' ? 0 : 1e9) + round * rows
      for (const kind of ['fresh', 'again'] as const) {
        const body = bodyOf(from, round)
        const cpuBefore = cpuSeconds(child.pid ?? 0)
        const began = performance.now()
        await load(ready.beHttpPort, body, headers)
        const seconds = (performance.now() - began) / 1000
        rates[kind].push(rows / seconds)
        say(
          `${name} ${kind} round ${round}: ${Math.round(rows / seconds)} rows/s, ${(body.length / seconds / 1e6).toFixed(0)} MB/s, ${(cpuSeconds(child.pid ?? 0) - cpuBefore).toFixed(2)} s of processor, peak ${peakMb(child.pid ?? 0)} MB`,
        )
      }
    }
    say(
      `${name}: ${Math.round(median(rates.fresh))} new rows/s, ${Math.round(median(rates.again))} replaced rows/s (median)`,
    )
  }
  const times: number[] = []
  const cpuBefore = cpuSeconds(child.pid ?? 0)
  for (let index = 0; index < 1000; index++) {
    const id = (index * 7919) % (rows * Number(values.rounds))
    const began = performance.now()
    const [found] = await sql.query(`SELECT title, price FROM orders WHERE id = ${id}`)
    if (!Array.isArray(found) || found.length !== 1) throw new Error(`no row ${id}`)
    times.push(performance.now() - began)
  }
  const sorted = times.toSorted((a, b) => a - b)
  say(
    `point select: median ${sorted[500]?.toFixed(2)} ms, p99 ${sorted[990]?.toFixed(2)} ms of ${rows * 2 * Number(values.rounds)} rows, ${(cpuSeconds(child.pid ?? 0) - cpuBefore).toFixed(2)} ms of processor each`,
  )
  say(`peak RSS ${peakMb(child.pid ?? 0)} MB of ${values['memory-limit']}`)
  sql.destroy()
} finally {
  child.kill('SIGTERM')
  await new Promise((resolve) => child.once('exit', resolve))
  rmSync(dataDir, { recursive: true, force: true })
}
