import { expect, test } from 'vitest'
import { decideLiveness, livenessLimits, type LivenessDecision, type LivenessState } from './liveness.ts'

const LIMITS = { statusEveryMs: 10_000, confirmEveryMs: 1000, askAfterMs: 10_000, deadAfterMs: 60_000 }

const QUIET: LivenessState = {
  nowMs: 100_000,
  lastStatusMs: 99_500,
  lastReceivedMs: 99_900,
  unsentConfirmation: false,
  reading: true,
}

test.each<readonly [string, Partial<LivenessState>, LivenessDecision]>([
  ['nothing is due', {}, { tag: 'wait' }],
  ['the status is due', { lastStatusMs: 90_000 }, { tag: 'send', replyRequested: false }],
  ['the status is almost due', { lastStatusMs: 90_001 }, { tag: 'wait' }],
  ['a confirmation waits', { unsentConfirmation: true, lastStatusMs: 99_000 }, { tag: 'send', replyRequested: false }],
  ['a confirmation came right after a status', { unsentConfirmation: true }, { tag: 'wait' }],
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
