import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'

const at = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href)

let directory = ''
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'log-crash-'))
})
afterAll(() => rmSync(directory, { recursive: true }))

/** Runs a process that logs 100 lines, every tenth a warning, then some more, and ends as `ending` says; its file's lines. */
function linesAfter(ending: string): readonly { readonly n: number; readonly level: string }[] {
  const path = join(directory, `${ending.length}.log`)
  const script = `
import { openServiceLog } from ${at('./open-service-log.ts')}
import { serviceHost } from ${at('./service-host.ts')}
import { systemClock } from ${at('./system-clock.ts')}
import { parseConfig } from ${at('../config/load-config.ts')}
const text = 'source: { url: "postgres://u:p@h/d" }\\ntarget: { fe_http: http://h:1, fe_mysql: mysql://r@h:2 }\\nlogging: { file: { path: ${path} } }'
const { config } = parseConfig(text, 'x.yaml', { env: {}, readFile: () => '' })
const terminal = { isTerminal: false, colour: false, out() {} }
const log = openServiceLog(config, { terminal, clock: systemClock(), host: serviceHost(process) })
for (let n = 0; n < 105; n++) log.write({ level: n % 10 === 9 ? 'WARNING' : 'INFO', message: String(n), fields: { n } })
${ending}`
  spawnSync(process.execPath, ['--input-type=module', '-e', script], { stdio: 'ignore' })
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
  return lines.map((line) => JSON.parse(line))
}

test('SIGKILL loses no warning, nor any line before it', () => {
  const lines = linesAfter(`process.kill(process.pid, 'SIGKILL'); await new Promise(() => setInterval(() => {}, 1000))`)
  expect(lines.map(({ n }) => n)).toEqual(Array.from({ length: 100 }, (_, n) => n))
})

test.each(['process.exit(3)', "throw new Error('nobody catches it')"])('%s loses no line at all', (ending) => {
  expect(linesAfter(ending)).toHaveLength(105)
})
