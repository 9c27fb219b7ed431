import { expect, test } from 'vitest'
import { lsn, ZERO_LSN } from '../../../core/lsn.ts'
import {
  countRequest,
  decideLiveness,
  isStopping,
  livenessLimits,
  type LivenessDecision,
  type LivenessState,
} from './liveness.ts'

const LIMITS = { statusEveryMs: 10_000, confirmEveryMs: 1000, askAfterMs: 10_000, deadAfterMs: 60_000 }

const QUIET: LivenessState = {
  nowMs: 100_000,
  lastStatusMs: 99_500,
  lastReceivedMs: 99_900,
  hasNews: false,
  reading: true,
}

test.each<readonly [string, Partial<LivenessState>, LivenessDecision]>([
  ['nothing is due', {}, { tag: 'wait' }],
  ['the status is due', { lastStatusMs: 90_000 }, { tag: 'send', replyRequested: false }],
  ['the status is almost due', { lastStatusMs: 90_001 }, { tag: 'wait' }],
  ['there is something new', { hasNews: true, lastStatusMs: 99_000 }, { tag: 'send', replyRequested: false }],
  ['something new came right after a status', { hasNews: true }, { tag: 'wait' }],
  [
    'the server is silent and the status is due',
    { lastReceivedMs: 90_000, lastStatusMs: 90_000 },
    { tag: 'send', replyRequested: true },
  ],
  ['the server has been silent for too long', { lastReceivedMs: 40_000 }, { tag: 'dead', silentMs: 60_000 }],
  ['nothing is read, so the server seems silent', { lastReceivedMs: 0, reading: false }, { tag: 'wait' }],
  [
    'nothing is read and the status is due',
    { lastReceivedMs: 0, lastStatusMs: 0, reading: false },
    { tag: 'send', replyRequested: false },
  ],
])('when %s', (_, change, decision) => {
  expect(decideLiveness({ ...QUIET, ...change }, LIMITS)).toEqual(decision)
})

test.each([
  { walSenderTimeoutMs: 60_000, statusEveryMs: 10_000, confirmEveryMs: 1000 },
  { walSenderTimeoutMs: 6000, statusEveryMs: 2000, confirmEveryMs: 1000 },
  { walSenderTimeoutMs: 1500, statusEveryMs: 500, confirmEveryMs: 500 },
  { walSenderTimeoutMs: 1, statusEveryMs: 10, confirmEveryMs: 10 },
  { walSenderTimeoutMs: 0, statusEveryMs: 10_000, confirmEveryMs: 1000 },
])(
  'reports every $statusEveryMs ms to a server that waits $walSenderTimeoutMs ms',
  ({ walSenderTimeoutMs, ...limits }) => {
    expect(livenessLimits(walSenderTimeoutMs, 180_000)).toMatchObject(limits)
  },
)

test('is patient with servers that are silent while they skip a large transaction', () => {
  expect(livenessLimits(60_000, 140_023).deadAfterMs).toBeGreaterThan(livenessLimits(60_000, 150_000).deadAfterMs)
})

test.each<readonly [string, readonly (readonly [walEnd: bigint, sinceStatusMs: number])[], boolean]>([
  ['asks once', [[5n, 1]], false],
  [
    'asks again after each answer',
    [
      [5n, 20_000],
      [5n, 1],
      [5n, 1],
      [5n, 1],
    ],
    true,
  ],
  [
    'asks after long silences of ours',
    [
      [5n, 5000],
      [5n, 5000],
      [5n, 5000],
      [5n, 5000],
    ],
    false,
  ],
  [
    'asks at positions that move',
    [
      [5n, 1],
      [6n, 1],
      [7n, 1],
      [8n, 1],
    ],
    false,
  ],
  [
    'once waited',
    [
      [5n, 1],
      [5n, 1],
      [5n, 700],
      [5n, 1],
      [5n, 1],
    ],
    false,
  ],
])('a server that %s is taken as stopping or not', (_, asked, expected) => {
  const requests = asked.reduce(
    (before, [walEnd, sinceStatusMs]) => countRequest(before, { walEnd: lsn(walEnd), sinceStatusMs }, LIMITS),
    { walEnd: ZERO_LSN, count: 0 },
  )
  expect(isStopping(requests)).toBe(expected)
})
