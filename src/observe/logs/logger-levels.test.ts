import { expect, test } from 'vitest'
import { LOGGER_NAMES } from '../../config/loggers.ts'
import { LoggerLevels } from './logger-levels.ts'

function levelsAt(start: number) {
  const clock = { ms: start, now: () => clock.ms }
  return { clock, levels: new LoggerLevels('INFO', { 'sync_app.source': 'ERROR' }, clock) }
}

test('a logger has its own level, else that of sync_app', () => {
  const { levels } = levelsAt(0)
  expect(levels.isOn('sync_app', 'DEBUG')).toBe(false)
  expect(levels.isOn('sync_app.batch', 'INFO')).toBe(true)
  expect(levels.isOn('sync_app.source', 'WARNING')).toBe(false)
  expect(levels.isOn('sync_app.source', 'CRITICAL')).toBe(true)
  expect(levels.list()).toHaveLength(LOGGER_NAMES.length)
})

test('a change holds until its time is over, to the millisecond, and for those below', () => {
  const { clock, levels } = levelsAt(1_000)
  expect(levels.change('sync_app', 'DEBUG', 500)).toEqual({
    logger: 'sync_app',
    level: 'DEBUG',
    from: 'changed',
    untilMs: 1_500,
  })
  clock.ms = 1_499
  expect([levels.isOn('sync_app', 'DEBUG'), levels.isOn('sync_app.batch', 'DEBUG')]).toEqual([true, true])
  expect(levels.isOn('sync_app.source', 'DEBUG')).toBe(false)
  clock.ms = 1_500
  expect([levels.isOn('sync_app', 'DEBUG'), levels.isOn('sync_app.batch', 'DEBUG')]).toEqual([false, false])
  expect(levels.list()[0]).toEqual({ logger: 'sync_app', level: 'INFO', from: 'configured', untilMs: null })
})

test('a change without an end holds until it is taken back', () => {
  const { clock, levels } = levelsAt(0)
  levels.change('sync_app.source', 'DEBUG', null)
  levels.change('sync_app.source', 'INFO', null)
  clock.ms = 1e12
  expect(levels.isOn('sync_app.source', 'INFO')).toBe(true)
  expect(levels.reset('sync_app.source')).toEqual({
    logger: 'sync_app.source',
    level: 'ERROR',
    from: 'configured',
    untilMs: null,
  })
  expect(levels.reset('sync_app.batch')).toMatchObject({ level: 'INFO', from: 'inherited' })
})
