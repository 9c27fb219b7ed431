import { expect, test } from 'vitest'
import { beginEpisode } from '../stages/episode.ts'
import { instanceOf } from '../testing/notifier-world.ts'
import { actLine, episodeLines } from './happening-lines.ts'
import { PLAIN_ENTRY } from './history-entry.ts'

const critical = instanceOf({ rule: 'database_down', severity: 'critical', labels: { database: 'starrocks' } })
const begun = beginEpisode(critical, 'shop')

test('an alert that begins is told at its level, with why and what to do; its end with how long it lasted', () => {
  expect(episodeLines([begun, { ...begun, startedAtMs: 5000, endedAtMs: 65_000 }])).toEqual([
    {
      level: 'CRITICAL',
      message: 'Alert database_down: database_down fires',
      fields: {
        alert: 'database_down',
        severity: 'critical',
        database: 'starrocks',
        fingerprint: critical.fingerprint,
        why: 'because',
        remedy: 'mend it',
      },
    },
    expect.objectContaining({
      level: 'INFO',
      message: 'Alert database_down is over',
      fields: expect.objectContaining({ lasted_seconds: 60 }),
    }),
  ])
})

test('a storm does not fill the log', () => {
  const many = Array.from({ length: 10_000 }, () => begun)
  const lines = episodeLines(many)
  expect(lines).toHaveLength(21)
  expect(lines.at(-1)?.fields).toEqual({ alerts: 9980 })
})

test('what people do is told; what the notifier does by itself has lines of its own', () => {
  const entry = { ...PLAIN_ENTRY, atMs: 0, who: 'anna', via: 'cli', reason: 'on it', alerts: ['a 01', 'b 02'] }
  expect(actLine({ ...entry, what: 'acknowledged' })).toEqual({
    level: 'INFO',
    message: 'Alerts acknowledged',
    fields: { via: 'cli', reason: 'on it', alerts: 'a 01, b 02' },
    actor: 'cli:anna',
  })
  expect(actLine({ ...entry, what: 'told' })).toBe(null)
})

test.each([
  ['api', 'ops', 'api:ops'],
  ['api', 'api:ops', 'api:ops'],
  ['link sent to night-shift', 'night-shift', 'link:night-shift'],
])('who did it by %s as %s is the actor %s', (via, who, actor) => {
  const entry = { ...PLAIN_ENTRY, atMs: 0, what: 'silenced', who, via, reason: '' } as const
  expect(actLine(entry)).toMatchObject({ actor })
})
