import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync, closeSync } from 'node:fs'
import { expect, test } from 'vitest'
import { standardOutput } from './standard-output.ts'

const MODULE = new URL('./standard-output.ts', import.meta.url).href

test.skipIf(process.platform !== 'linux')('a full disk under standard output drops the text and throws nothing', () => {
  const fd = openSync('/dev/full', 'w')
  const write = standardOutput({ fd, writableLength: 0, destroyed: false, write: () => true })
  expect([write('a\n'), write('b\n')]).toEqual([false, false])
  closeSync(fd)
})

test('a pipe that nobody reads takes a bounded number of bytes, and the process goes on', async () => {
  const script = `
import { standardOutput } from ${JSON.stringify(MODULE)}
const write = standardOutput(process.stdout)
const line = 'x'.repeat(999) + '\\n'
let taken = 0
while (write(line)) taken++
process.stderr.write(String(taken))
process.exit(0)`
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'pipe'] })
  const [taken] = await once(child.stderr, 'data')
  expect(Number(String(taken))).toBeGreaterThan(4_000)
  expect(Number(String(taken))).toBeLessThan(5_000)
  child.stdout.resume()
  if (child.exitCode === null) await once(child, 'exit')
})

test('a reader that is gone is no more than lost lines', () => {
  const write = standardOutput({ fd: -1, writableLength: 0, destroyed: true, write: () => true })
  expect(write('a\n')).toBe(false)
})
