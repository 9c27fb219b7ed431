import { expect, test } from 'vitest'
import { fingerprintOf, type EvaluationRound, type RememberedAlert } from './alert-instance.ts'

const remembered: RememberedAlert = { rule: 'lag', labels: { table: 'public.orders', team: 'shop' }, startedAtMs: 0 }

test('a fingerprint does not depend on the order of labels', () => {
  const again = fingerprintOf('lag', { team: 'shop', table: 'public.orders' })
  expect(fingerprintOf(remembered.rule, remembered.labels)).toBe(again)
  expect(again).toMatch(/^[0-9a-f]{16}$/)
})

test.each([
  ['another rule', 'lag2', { table: 'public.orders', team: 'shop' }],
  ['another value', 'lag', { table: 'public.order', team: 'shop' }],
  ['a label less', 'lag', { table: 'public.orders' }],
  ['values that only look alike when joined', 'lag', { table: 'public.orders","team', team: 'shop' }],
])('%s gives another fingerprint', (_what, rule, labels) => {
  expect(fingerprintOf(rule, labels)).not.toBe(fingerprintOf(remembered.rule, remembered.labels))
})

test('a round that is sent between threads arrives as it was', () => {
  const round: EvaluationRound = {
    atMs: 5000,
    unknownRules: ['low_throughput'],
    instances: [
      {
        rule: 'lag',
        labels: remembered.labels,
        severity: 'warning',
        state: 'firing',
        value: 12.5,
        sinceMs: 4000,
        startedAtMs: remembered.startedAtMs,
        fingerprint: fingerprintOf('lag', remembered.labels),
        annotations: { summary: '', description: '', runbook: '', why: '', remedy: '' },
        cooldownMs: 300_000,
      },
    ],
  }
  expect(structuredClone(round)).toEqual(round)
})
