import { expect, test } from 'vitest'
import { processTerminal } from './terminal.ts'

test.each([
  [true, {}, true],
  [false, {}, false],
  [true, { NO_COLOR: '1' }, false],
  [true, { NO_COLOR: '' }, true],
  [true, { TERM: 'dumb' }, false],
])('a terminal (%s) with %j is coloured: %s', (isTTY, env, colour) => {
  const terminal = processTerminal({ stdout: { isTTY, write: () => true }, stderr: { write: () => true }, env })
  expect(terminal).toMatchObject({ isTerminal: isTTY, colour })
})

test('a pipe has no isTTY at all', () => {
  const terminal = processTerminal({ stdout: { write: () => true }, stderr: { write: () => true }, env: {} })
  expect(terminal).toMatchObject({ isTerminal: false, colour: false })
})

test('results and errors go their own ways', () => {
  const written: string[] = []
  const stream = (name: string) => ({ write: (text: string) => written.push(`${name} ${text}`) > 0 })
  const terminal = processTerminal({ stdout: stream('out'), stderr: stream('err'), env: {} })
  terminal.out('a')
  terminal.err('b')
  expect(written).toEqual(['out a', 'err b'])
})
