import { describe, expect, test } from 'vitest'
import { judgeCertificates } from './check-certificates.ts'
import { judgeClockSkew } from './check-postgres.ts'
import { judgePublication } from './check-publication.ts'

test.each([
  [null, 'unknown'],
  [0, 'healthy'],
  [-1000, 'healthy'],
  [1001, 'degraded'],
] as const)('a clock that is %s ms ahead is %s', (offset, status) => {
  expect(judgeClockSkew(offset).status).toBe(status)
})

describe('the publication', () => {
  const operations = ['insert', 'update', 'delete', 'truncate']
  test.each([
    ['carries all', { tables: new Set(['public.a', 'public.b']), operations }, 'healthy'],
    ['carries more', { tables: new Set(['public.a', 'public.b', 'public.c']), operations }, 'healthy'],
    ['lacks a table', { tables: new Set(['public.a']), operations }, 'degraded'],
    ['is gone', null, 'unhealthy'],
    [
      'publishes no deletes',
      { tables: new Set(['public.a', 'public.b']), operations: ['insert', 'update', 'truncate'] },
      'unhealthy',
    ],
  ] as const)('%s', (_, publication, status) => {
    expect(judgePublication({ publication, matched: ['public.a', 'public.b'] }).status).toBe(status)
  })

  test('names what is missing', () => {
    expect(
      judgePublication({ publication: { tables: new Set(), operations }, matched: ['public.a'] }).message,
    ).toContain('public.a')
  })
})

const day = 86_400_000

test.each([
  [[], 'healthy'],
  [[30], 'healthy'],
  [[30, 10], 'degraded'],
  [[-1], 'unhealthy'],
] as const)('certificates that expire in %j days', (days, status) => {
  const shown = days.map((count) => ({ server: `s${count}`, expiresMs: count * day + 1 }))
  expect(judgeCertificates(shown, 0).status).toBe(status)
})
