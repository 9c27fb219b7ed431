import { describe, expect, test } from 'vitest'
import { gapAfterMs } from './batch-opener.ts'
import { readErrorLog, withoutValue } from './error-log.ts'
import { redirectTarget } from './http/addresses.ts'
import { MAX_ATTEMPTS } from './labels.ts'
import { isSupportedVersion, serverFeatures } from './mysql/server-features.ts'
import { readRunning } from './running-transactions.ts'
import { propertiesClause } from './sql-text.ts'
import { generationMark, readGeneration } from './tables/generation-mark.ts'
import { tableId } from '../../core/table-id.ts'
import { transactionTimeoutS } from './transaction-timeout.ts'

describe('server versions', () => {
  test.each([
    ['3.1.11-abc', false, 38, 1_048_576, true],
    ['3.3.5-6d81f75', false, 38, 1_048_576, true],
    ['4.0.2', true, 76, 1_048_576, true],
    ['4.1.0-rc01', true, 76, 1_048_576, true],
    ['4.2.0', true, 76, 2_147_482_624, true],
    ['main-1a2b3c4', true, 76, 2_147_482_624, true],
    ['2.5.22', false, 38, 1_048_576, false],
    ['3.0.9', false, 38, 1_048_576, false],
  ] as const)('%s', (...[version, multi, decimal, varchar, supported]) => {
    expect(serverFeatures(version)).toEqual({
      version,
      multiTableTransactions: multi,
      maxDecimalPrecision: decimal,
      maxVarcharBytes: varchar,
    })
    expect(isSupportedVersion(version)).toBe(supported)
  })
})

describe('redirects', () => {
  const from = new URL('http://fe:8030/api/transaction/load')

  test.each([
    ['http://be1:8040/x?y=1', {}, 'http://be1:8040/x?y=1'],
    ['http://be1:8040/x', { 'be1:8040': 'localhost:18040' }, 'http://localhost:18040/x'],
    ['http://be1:8040/x', { be1: 'localhost' }, 'http://localhost:8040/x'],
    ['http://be2:8040/x', { be1: 'localhost' }, 'http://be2:8040/x'],
    ['/api/x', {}, 'http://fe:8030/api/x'],
  ])('%s with %j', (location, map, target) => {
    expect(redirectTarget(location, from, map)?.href).toBe(target)
  })

  test.each([undefined, 'ftp://be1/x', 'http://'])('%s leads nowhere', (location) => {
    expect(redirectTarget(location, from, {})).toBeNull()
  })
})

describe('error logs', () => {
  const log = "Error: NULL value in non-nullable column 'c'. Row: 17\u0001eu\u0001\\N\u00010\nError: other. Row: x\n"

  test('name the reason and the key of the first row', () => {
    expect(readErrorLog(log, 'csv', ['id', 'region'])).toEqual({
      reason: "NULL value in non-nullable column 'c'",
      rowKey: '17, eu',
    })
  })

  test('of JSON lines name the key too', () => {
    const line = 'Error: bad. Row: {"id":17,"region":"eu","c":null}\n'
    expect(readErrorLog(line, 'json', ['id', 'region'])?.rowKey).toBe('17, eu')
  })

  test('of another form say nothing', () => {
    expect(readErrorLog('', 'csv', ['id'])).toBeNull()
  })

  test.each([
    [
      'The field (name = c, pos = 1) is out of range. Type: INT, Value length: 6, Value: secret',
      'The field (name = c, pos = 1) is out of range. Type: INT, Value length: 6',
    ],
    [
      "String 'secret' is too long. The type of 'c' is VARCHAR(2)",
      "a value is too long. The type of 'c' is VARCHAR(2)",
    ],
    ["Value 'secret' is out of range. The type of 'c' is INT", "a value is out of range. The type of 'c' is INT"],
  ])('never hand on the value: %s', (reason, told) => {
    expect(withoutValue(reason)).toBe(told)
  })
})

test('open transactions are picked by prefix', () => {
  const listing = {
    columns: ['TransactionId', 'Label', 'Coordinator', 'TransactionStatus', 'LoadJobSourceType'],
    rows: [
      ['1', 'sync_shop_a_b1_1', 'BE', 'PREPARE', 'MULTI_STATEMENT_STREAMING'],
      ['2', 'sync_shop_a_c1_1', 'BE', 'PREPARED', 'BACKEND_STREAMING'],
      ['3', 'insert_x', 'FE', 'PREPARE', 'INSERT_STREAMING'],
    ],
  }
  expect(readRunning(listing, 'sync_shop_a_')).toEqual([
    { label: 'sync_shop_a_b1_1', isMulti: true },
    { label: 'sync_shop_a_c1_1', isMulti: false },
  ])
})

test('a generation is read from the comment that was made of it', () => {
  expect(readGeneration(generationMark(tableId('public', 'a [generation 3]'), 12))).toBe(12)
  expect(readGeneration('something else')).toBe(0)
})

test('properties are quoted', () => {
  expect(propertiesClause({})).toBe('')
  expect(propertiesClause({ a: 'x"y\\z' })).toBe(' PROPERTIES ("a" = "x\\"y\\\\z")')
})

test('the time limit grows with the bytes, up to three days', () => {
  expect(transactionTimeoutS(0)).toBe(600)
  expect(transactionTimeoutS(1024 * 1024 * 1024)).toBe(600 + 2048)
  expect(transactionTimeoutS(Number.MAX_SAFE_INTEGER)).toBe(259_200)
})

test('labels of one batch are spent slowly once its first attempts have failed', () => {
  const gaps = Array.from({ length: MAX_ATTEMPTS }, (_, index) => gapAfterMs(index + 1))
  expect(gaps.slice(0, 10)).toEqual([0, 0, 0, 0, 0, 0, 0, 5_000, 10_000, 20_000])
  expect(gaps.reduce((sum, gap) => sum + gap, 0)).toBeGreaterThan(8 * 3_600_000)
})
