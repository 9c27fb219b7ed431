import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { standInCommand } from './cli/stand-in.ts'

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url))
const LAUNCHER = fileURLToPath(new URL('../bin/sync-app', import.meta.url))

let directory = ''
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'main-'))
})
afterAll(() => rmSync(directory, { recursive: true }))

interface Ended {
  readonly code: unknown
  readonly out: string
  readonly err: string
}

function run(program: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(program, args, { env }, (error, out, err) => resolve({ code: error ? error.code : 0, out, err }))
  })
}

test('help and version go to standard output, with exit code 0', async () => {
  const help = await run(process.execPath, [MAIN, '--help'])
  expect(help).toMatchObject({ code: 0, err: '' })
  expect(help.out).toContain('Usage: sync-app COMMAND')
  const version = await run(process.execPath, [MAIN, '--version'])
  expect(version).toMatchObject({ code: 0, err: '', out: expect.stringMatching(/^sync-app \d+\.\d+\.\d+\n$/) })
})

test('a command that is none exits with 2 and names the one that was meant', async () => {
  const ended = await run(process.execPath, [MAIN, 'stand-inn'])
  expect(ended).toEqual({
    code: 2,
    out: '',
    err: 'sync-app: there is no command "stand-inn": did you mean stand-in?\n',
  })
})

test('no command at all exits with 2 and shows the help on standard error', async () => {
  const ended = await run(process.execPath, [MAIN])
  expect(ended).toMatchObject({ code: 2, out: '', err: expect.stringContaining('Commands:') })
})

test('the launcher finds the Node that npm installed when the caller has an older one, through a link too', async () => {
  const old = join(directory, 'node')
  writeFileSync(old, '#!/bin/sh\necho v20.20.2\n', { mode: 0o755 })
  const link = join(directory, 'sync-app')
  symlinkSync(LAUNCHER, link)
  const ended = await run(link, ['--version'], { PATH: `${directory}:/usr/bin:/bin` })
  expect(ended).toMatchObject({ code: 0, out: expect.stringMatching(/^sync-app /), err: '' })
})

test.each([
  ['beside the program', {}, 'root/.cache/compiled'],
  ['where the caller says', { NODE_COMPILE_CACHE: '/dev/null/elsewhere' }, undefined],
])('the launcher has Node keep what it compiled %s', async (_where, env, expected) => {
  const root = join(realpathSync(directory), 'root')
  for (const part of ['bin', 'src']) mkdirSync(join(root, part), { recursive: true })
  copyFileSync(LAUNCHER, join(root, 'bin/sync-app'))
  writeFileSync(join(root, 'src/main.ts'), `process.stdout.write(process.env['NODE_COMPILE_CACHE'] ?? 'nowhere')`)
  const { PATH } = process.env
  const { out } = await run(join(root, 'bin/sync-app'), [], { PATH, ...env })
  expect(out).toBe(expected === undefined ? '/dev/null/elsewhere' : join(realpathSync(directory), expected))
})

test('the launcher gives the process a small young generation', async () => {
  const tell = join(directory, 'tell.mjs')
  writeFileSync(tell, 'console.error(process.execArgv.join(" "))')
  const ended = await run(LAUNCHER, ['--version'], { ...process.env, NODE_OPTIONS: `--import ${tell}` })
  expect(ended).toMatchObject({ code: 0, err: '--max-semi-space-size=4\n' })
})

test('the stand-in gets its arguments as they are, and the signal that ends it', async () => {
  const script = join(directory, 'stand-in.mjs')
  writeFileSync(
    script,
    `process.on('SIGTERM', () => process.exit(7))
setInterval(() => {}, 1000)
console.log(JSON.stringify(process.argv.slice(2)))`,
  )
  // The command inherits our output, so it runs in a process of its own.
  const host = `
import { standInCommand } from ${JSON.stringify(new URL('./cli/stand-in.ts', import.meta.url).href)}
const abort = new AbortController()
process.on('SIGTERM', () => abort.abort('SIGTERM'))
const command = standInCommand(${JSON.stringify(script)})
process.exit(await command.run({ operands: ['--data', 'x', '--json'], get: () => undefined }, { abort: abort.signal }))`
  const child = spawn(process.execPath, ['--input-type=module', '-e', host], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = await once(child.stdout, 'data')
  expect(String(line)).toBe('["--data","x","--json"]\n')
  child.kill('SIGTERM')
  expect((await once(child, 'exit'))[0]).toBe(7)
})

test('a stand-in that is not installed is said', async () => {
  const command = standInCommand(join(directory, 'none.ts'))
  expect(command.name).toBe('stand-in')
  await expect(command.run({ operands: [], get: (option) => option.read(undefined) }, NO_CONTEXT)).rejects.toThrow(
    'not part of this installation',
  )
})

const NO_CONTEXT = {
  terminal: { out() {}, err() {}, isTerminal: false, colour: false },
  env: {},
  clock: { now: () => 0, monotonicMs: () => 0, setTimer: () => ({ cancel() {} }), sleep: () => Promise.resolve() },
  abort: new AbortController().signal,
}
