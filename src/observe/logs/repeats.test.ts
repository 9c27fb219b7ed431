import { expect, test } from 'vitest'
import type { LogRecord } from './log-record.ts'
import { Repeats } from './repeats.ts'

const failure = (error: string, more: Partial<LogRecord> = {}): LogRecord => ({
  level: 'ERROR',
  message: 'Failed',
  fields: { error },
  ...more,
})

test('a burst is told once in each span, then forgotten', () => {
  const repeats = new Repeats(10)
  expect(repeats.admits(failure('a'), 0)).toBe(true)
  expect(repeats.nextDueMs()).toBe(10)
  expect([1, 2, 3].map((ms) => repeats.admits(failure('a'), ms))).toEqual([false, false, false])
  expect(repeats.due(9)).toEqual([])
  expect(repeats.due(10)).toEqual([{ ...failure('a'), fields: { error: 'a', repeated: 3 } }])
  expect(repeats.admits(failure('a'), 12)).toBe(false)
  expect(repeats.due(20)).toMatchObject([{ fields: { repeated: 1 } }])
  expect(repeats.due(30)).toEqual([])
  expect(repeats.nextDueMs()).toBeNull()
  expect(repeats.admits(failure('a'), 31)).toBe(true)
})

test('what differs in logger, table, operation, code or text is not the same', () => {
  const repeats = new Repeats(10)
  const different = [
    failure('a'),
    failure('b'),
    failure('a', { logger: 'sync_app.source' }),
    failure('a', { level: 'CRITICAL' }),
    failure('a', { message: 'Failed again' }),
    failure('a', { fields: { error: 'a', table: 't' } }),
    failure('a', { fields: { error: 'a', operation: 'o' } }),
    failure('a', { fields: { error: 'a', error_type: 'SINK_BUSY' } }),
  ]
  expect(different.map((record) => repeats.admits(record, 0))).toEqual(different.map(() => true))
})

test('lines below WARNING, and all lines when it is off, are written every time', () => {
  const repeats = new Repeats(10)
  const info = failure('a', { level: 'INFO' })
  expect([repeats.admits(info, 0), repeats.admits(info, 0)]).toEqual([true, true])
  const off = new Repeats(0)
  expect([off.admits(failure('a'), 0), off.admits(failure('a'), 0)]).toEqual([true, true])
  expect(off.nextDueMs()).toBeNull()
})

test('however many different errors there are, a bounded number is remembered, and no count is lost', () => {
  const repeats = new Repeats(1_000)
  let written = 0
  let told = 0
  for (let i = 0; i < 2_000; i++) {
    for (let again = 0; again < 2; again++) if (repeats.admits(failure(`e${i}`), 0)) written++
    for (const { fields } of repeats.due(0)) told += Number(fields['repeated'])
  }
  const left = repeats.drain()
  expect(left).toHaveLength(500)
  expect(written + told + left.length).toBe(4_000)
})
