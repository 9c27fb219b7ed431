import { appendFileSync, mkdtempSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { smallHttpServer } from '../../../test/support/small-http-server.ts'
import type { Config } from '../../config/config.ts'
import { parseConfig } from '../../config/load-config.ts'
import type { Clock } from '../../core/clock.ts'
import { isWanted, type LogFilter, type LogLine } from './log-filter.ts'
import { tailLogs, type TailRequest } from './tail-logs.ts'

let directory = ''
let path = ''
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'tail-'))
  path = join(directory, 'app.log')
})
afterEach(() => rmSync(directory, { recursive: true }))

function configOf(more: string): Config {
  const both = 'source: { url: "postgres://u:p@h/d" }\ntarget: { fe_http: http://h:1, fe_mysql: mysql://r@h:2 }\n'
  return parseConfig(`${both}${more}`, 'x.yaml', { env: {}, readFile: () => '' }).config
}

const line = (n: number, level = 'INFO'): string =>
  `${JSON.stringify({ timestamp: '2024-01-15T10:30:00.123Z', level, logger: 'sync_app.batch', message: `m${n}`, n })}\n`

const lines = (from: number, to: number): string => Array.from({ length: to - from }, (_, i) => line(from + i)).join('')

/** A clock whose pauses are steps of a test: each runs what comes next, and the last one ends the tailing. */
function steps(...next: readonly (() => void)[]): Pick<TailRequest, 'clock' | 'abort'> {
  const abort = new AbortController()
  const left = [...next]
  const sleep: Clock['sleep'] = async () => {
    const step = left.shift()
    if (step) step()
    else abort.abort()
  }
  return { clock: { sleep }, abort: abort.signal }
}

const request = (more: Partial<TailRequest> = {}): TailRequest => ({
  filter: {},
  last: 3,
  follow: true,
  from: 'any',
  json: true,
  colour: false,
  ...steps(),
  ...more,
})

async function seen(more: Partial<TailRequest> = {}): Promise<readonly number[]> {
  const config = configOf(`logging: { file: { path: ${path} } }`)
  const read = await Array.fromAsync(tailLogs(config, request(more)))
  return read.map((text) => JSON.parse(text).n)
}

test('the last lines, then those that follow, half lines when they are whole', async () => {
  writeFileSync(path, lines(0, 10))
  const whole = line(11)
  const numbers = await seen(
    steps(
      () => appendFileSync(path, line(10) + whole.slice(0, 20)),
      () => appendFileSync(path, whole.slice(20)),
    ),
  )
  expect(numbers).toEqual([7, 8, 9, 10, 11])
})

test('fewer lines in the file than wanted: the rest comes from its backups, compressed or not', async () => {
  writeFileSync(`${path}.2.gz`, gzipSync(lines(0, 5)))
  writeFileSync(`${path}.1`, lines(5, 7))
  writeFileSync(path, lines(7, 8))
  expect(await seen({ last: 5, follow: false })).toEqual([3, 4, 5, 6, 7])
  expect(await seen({ last: 0, follow: false })).toEqual([])
})

test('of a large file only its end is read, from the beginning of a line', async () => {
  writeFileSync(path, lines(0, 2_000))
  expect(await seen({ last: 1, follow: false })).toEqual([1_999])
})

test('no line is missed or told twice across rotations, also two between looks', async () => {
  writeFileSync(path, lines(0, 3))
  const rotate = (): void => {
    renameSync(path, `${path}.1`)
    writeFileSync(path, '')
  }
  const numbers = await seen(
    steps(
      () => {
        appendFileSync(path, line(3))
        rotate()
        appendFileSync(path, line(4))
      },
      () => {
        appendFileSync(path, line(5))
        renameSync(`${path}.1`, `${path}.2`)
        rotate()
        appendFileSync(path, line(6))
        for (const number of [2, 1]) renameSync(`${path}.${number}`, `${path}.${number + 1}`)
        rotate()
        appendFileSync(path, line(7))
      },
    ),
  )
  expect(numbers).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
})

test('a file that was cut to nothing (copytruncate) is read from its beginning', async () => {
  writeFileSync(path, lines(0, 3))
  const numbers = await seen(
    steps(
      () => truncateSync(path, 0),
      () => appendFileSync(path, line(3)),
    ),
  )
  expect(numbers).toEqual([0, 1, 2, 3])
})

test('what is no line of ours is passed over; for people a line is as the service prints it', async () => {
  writeFileSync(path, `not json\n{"level":"INFO"}\n${line(1, 'WARNING')}`)
  const config = configOf(`logging: { file: { path: ${path} } }`)
  const shown = await Array.fromAsync(tailLogs(config, request({ json: false, follow: false })))
  expect(shown).toEqual(['10:30:00.123 WARNING  m1 n=1'])
})

test('without a file the running service is asked, with the filter', async () => {
  const asked: (string | undefined)[] = []
  await using server = await smallHttpServer({
    '/api/v1/logs': (incoming, response) => {
      asked.push(incoming.url)
      response.end([1, 2].map((n) => `id: ${n}\ndata: ${line(n, n === 1 ? 'DEBUG' : 'ERROR').trim()}\n\n`).join(''))
    },
  })
  const config = configOf(`http: { port: ${server.port} }\nlogging: { file: { path: ${path} } }`)
  const read = await Array.fromAsync(tailLogs(config, request({ filter: { level: 'WARNING', logger: 'sync_app' } })))
  expect(read.map((text) => JSON.parse(text).n)).toEqual([2])
  expect(asked).toEqual(['/api/v1/logs?lines=3&follow=true&level=WARNING&logger=sync_app'])
})

const about = (table?: string): LogLine => ({
  timestamp: '',
  level: 'WARNING',
  logger: 'sync_app.source',
  message: '',
  fields: { table },
})

test.each<[filter: LogFilter, table: string | undefined, wanted: boolean]>([
  [{}, undefined, true],
  [{ level: 'WARNING' }, undefined, true],
  [{ level: 'ERROR' }, undefined, false],
  [{ logger: 'sync_app' }, undefined, true],
  [{ logger: 'sync_app.source' }, undefined, true],
  [{ logger: 'sync_app.target' }, undefined, false],
  [{ table: 'public.orders' }, 'public.orders', true],
  [{ table: 'orders' }, 'public.orders', true],
  [{ table: 'rders' }, 'public.orders', false],
  [{ table: 'public.orders' }, 'other.public.orders', false],
  [{ table: 'orders' }, undefined, false],
])('%j lets a warning of sync_app.source about %s through: %s', (filter, table, wanted) => {
  expect(isWanted(about(table), filter)).toBe(wanted)
})
