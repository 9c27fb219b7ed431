import { describe, expect, it } from 'vitest'
import { isShortAnswer, type KeyedTable } from '../src/sql/short-answer.ts'
import { tokenize } from '../src/sql/token.ts'

const table: KeyedTable = { model: 'primary', keyNames: ['a', 'b'] }
const isShort = (sql: string, tables: readonly KeyedTable[] = [table]): boolean => isShortAnswer(tokenize(sql), tables)

describe('queries that are answered in one step', () => {
  it.each([
    'SELECT v FROM t WHERE a = 1 AND b = 2',
    "SELECT v FROM d.t WHERE B = 'x' AND `a` = 1 AND v > 3",
    'SELECT v FROM t WHERE t.a = 1 AND t.b = 2 ORDER BY v',
    'SELECT v FROM t ORDER BY v LIMIT 100',
    'SELECT 1',
  ])('%s', (sql) => {
    expect(isShort(sql)).toBe(true)
  })

  it.each([
    'SELECT v FROM t WHERE a = 1',
    'SELECT v FROM t WHERE a = 1 OR b = 2',
    'SELECT v FROM t WHERE a = 1 AND b > 2',
    'SELECT v FROM t WHERE a = 1 AND b = 2 + v',
    'SELECT v FROM t WHERE NOT (a = 1 AND b = 2)',
    'SELECT v FROM t WHERE a = 1 AND b = 2 UNION ALL SELECT v FROM t',
    'SELECT v FROM t, t AS u WHERE a = 1 AND b = 2',
    'SELECT v FROM t JOIN t u WHERE a = 1 AND b = 2',
    'SELECT a = 1 AND b = 2 FROM t',
    'SELECT v FROM t LIMIT 101',
  ])('not %s', (sql) => {
    expect(isShort(sql)).toBe(false)
  })

  it('not those of a table whose keys may repeat', () => {
    expect(isShort('SELECT v FROM t WHERE a = 1 AND b = 2', [{ ...table, model: 'duplicate' }])).toBe(false)
  })
})
