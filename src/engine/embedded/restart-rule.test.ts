import { expect, test } from 'vitest'
import type { ErrorCode } from '../../core/error-codes.ts'
import { countRestart, NO_RESTARTS, restartPauseMs } from './restart-rule.ts'

/** The pauses after sessions that end so, each after a life of a second or as said. */
function pauses(...ends: readonly (ErrorCode | readonly [ErrorCode, livedMs: number])[]): readonly number[] {
  let restarts = NO_RESTARTS
  return ends.map((end) => {
    const [code, livedMs] = typeof end === 'string' ? [end, 1_000] : end
    restarts = countRestart(restarts, { code }, livedMs)
    return restartPauseMs(restarts, () => 1)
  })
}

test('failures in a row wait longer and longer, up to half a minute', () => {
  expect(pauses(...Array.from({ length: 8 }, () => 'SINK_UNREACHABLE' as const))).toEqual([
    500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000,
  ])
})

test('after a good session a failure is a first one', () => {
  expect(pauses('SINK_UNREACHABLE', 'SINK_UNREACHABLE', ['SINK_UNREACHABLE', 60_001])).toEqual([500, 1_000, 500])
})

test('what a session learned is put to use at once, and makes no failure worse', () => {
  expect(pauses('SINK_UNREACHABLE', 'TRANSACTION_REPLANNED', 'TRANSACTION_REPLANNED', 'SINK_UNREACHABLE')).toEqual([
    500, 0, 0, 1_000,
  ])
})

test('what a good session learned after failures is put to use at once too', () => {
  expect(pauses('SINK_UNREACHABLE', ['TRANSACTION_REPLANNED', 60_001])).toEqual([500, 0])
})

test('lessons without end are failures', () => {
  const learned = pauses(...Array.from({ length: 23 }, () => 'TRANSACTION_REPLANNED' as const))
  expect(learned.slice(0, 20)).toEqual(Array.from({ length: 20 }, () => 0))
  expect(learned.slice(20)).toEqual([500, 1_000, 2_000])
})
