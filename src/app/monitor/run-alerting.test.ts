import { expect, test } from 'vitest'
import type { ServiceFacts } from '../../observe/health/job-view.ts'
import { leads } from './run-alerting.ts'

test.each<[phase: ServiceFacts['phase'], sinceS: number, hasLed: boolean, expected: boolean]>([
  ['running', 0, false, true],
  ['reconnecting', 3600, true, true],
  ['stopping', 0, true, true],
  // Somebody else may be about to tell.
  ['starting', 59, false, false],
  ['starting', 60, false, true],
  ['waiting-for-slot', 3600, false, false],
  // Its own lost connection may hold the slot a moment longer.
  ['waiting-for-slot', 9, true, true],
  ['waiting-for-slot', 10, true, false],
])('in phase %s for %i s, having told before: %s, this instance tells: %s', (phase, sinceS, hasLed, expected) => {
  const facts: ServiceFacts = Object({ phase, phaseSinceMs: 1_000_000 })
  expect(leads(facts, 1_000_000 + sinceS * 1000, hasLed)).toBe(expected)
})
