import { expect, test } from 'vitest'
import { judgeKey, type Observation } from './settle-rule.ts'

const seen = (before: string | null, target: string | null, after: string | null): Observation => ({
  before,
  target,
  after,
})

test.each([
  { now: seen('a', 'a', 'a'), last: null, verdict: 'equal', why: 'both sides are equal' },
  { now: seen('a', 'b', 'b'), last: null, verdict: 'equal', why: 'the target has what the source has by now' },
  { now: seen('a', null, null), last: null, verdict: 'equal', why: 'the row is gone on both sides' },
  { now: seen('a', 'a', 'b'), last: null, verdict: 'moving', why: 'the target may be right as of before, or late' },
  { now: seen('a', 'c', 'b'), last: seen('a', 'c', 'a'), verdict: 'moving', why: 'the source changed meanwhile' },
  { now: seen('a', 'b', 'a'), last: null, verdict: 'suspect', why: 'the source may have been b in between' },
  { now: seen('a', 'b', 'a'), last: seen('a', 'b', 'a'), verdict: 'different', why: 'it stood still for two looks' },
  { now: seen('a', 'c', 'a'), last: seen('a', 'b', 'a'), verdict: 'suspect', why: 'the target still changes' },
  { now: seen('a', 'b', 'a'), last: seen('c', 'b', 'c'), verdict: 'suspect', why: 'the source was another then' },
  { now: seen('a', null, 'a'), last: seen('a', null, 'a'), verdict: 'different', why: 'the target misses the row' },
  { now: seen(null, 'a', null), last: seen(null, 'a', null), verdict: 'different', why: 'only the target has it' },
])('$verdict: $why', ({ now, last, verdict }) => {
  expect(judgeKey(now, last)).toBe(verdict)
})
