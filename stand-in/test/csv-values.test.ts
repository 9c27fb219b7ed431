import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { RunningStandIn } from './support/running-stand-in.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let sr: RunningStandIn

beforeAll(async () => {
  sr = await RunningStandIn.start()
  await sr.sql.query(`CREATE DATABASE d; USE d;
    CREATE TABLE v (k INT, b BOOLEAN, ti TINYINT, bi BIGINT, li LARGEINT, f FLOAT, db DOUBLE, de DECIMAL(10,2), wide DECIMAL(60,10),
      dt DATE, ts DATETIME, vc VARCHAR(5), vb VARBINARY(10), j JSON, a ARRAY<INT>, req VARCHAR(5) NOT NULL DEFAULT "x")
    PRIMARY KEY(k) DISTRIBUTED BY HASH(k) PROPERTIES("replication_num" = "1");
    CREATE TABLE s (k VARCHAR(200), v VARCHAR(20)) PRIMARY KEY(k) DISTRIBUTED BY HASH(k) PROPERTIES("replication_num" = "1")`)
})
afterAll(async () => sr[Symbol.asyncDispose]())

let nextKey = 0

/** Loads one value into a column; answers what a SELECT shows, or the reason why the row was filtered. */
async function roundTrip(column: string, text: string, strictMode: boolean): Promise<unknown> {
  const key = nextKey++
  const reply = await sr.load('v', Buffer.from(`${key}\x01${text}\x02`), {
    columns: `k,${column}`,
    column_separator: String.raw`\x01`,
    row_delimiter: String.raw`\\x02`,
    strict_mode: String(strictMode),
  })
  if (reply['Status'] !== 'Success') {
    const url = new URL(String(reply['ErrorURL']))
    const log = await sr.raw('beHttpPort', 'GET', url.pathname + url.search)
    return log.text.replace(/^Error: /, '').replace(/\. Row: [^]*$/, '')
  }
  return (await sr.rows(`SELECT ${column} FROM v WHERE k = ${key}`))[0]?.[0]
}

describe('values of CSV (starrocks.md 1.5, 1.7, 4)', () => {
  it.each<[string, string, unknown]>([
    ['b', 'true', 1],
    ['b', 'FALSE', 0],
    ['b', '7', 1],
    ['b', '0', 0],
    ['b', '0.0', 0],
    ['ti', '127', 127],
    ['ti', '-128', -128],
    ['ti', ' 5 ', 5],
    ['ti', '+5', 5],
    ['bi', '9223372036854775807', '9223372036854775807'],
    ['bi', '-9223372036854775808', '-9223372036854775808'],
    ['bi', '9007199254740993', '9007199254740993'],
    ['li', '170141183460469231731687303715884105727', '170141183460469231731687303715884105727'],
    ['db', '1e10', 10000000000],
    ['db', '-0.1', -0.1],
    ['de', '1.005', '1.01'],
    ['de', '-12345678.99', '-12345678.99'],
    ['de', '.5', '0.50'],
    ['de', '1e2', '100.00'],
    ['de', '7', '7.00'],
    [
      'wide',
      '12345678901234567890123456789012345678901234567890.1',
      '12345678901234567890123456789012345678901234567890.1000000000',
    ],
    ['dt', '2024-02-29', '2024-02-29'],
    ['dt', '20240229', '2024-02-29'],
    ['dt', '69-1-2', '2069-01-02'],
    ['dt', '70/1/2', '1970-01-02'],
    ['dt', '0000-01-01', '0000-01-01'],
    ['dt', '9999-12-31', '9999-12-31'],
    ['dt', '2024-02-28 23:59:59', '2024-02-28'],
    ['ts', '2024-01-02 03:04:05', '2024-01-02 03:04:05'],
    ['ts', '2024-01-02T03:04:05.5', '2024-01-02 03:04:05.500000'],
    ['ts', '2024-01-02 03:04:05.123456789', '2024-01-02 03:04:05.123456'],
    ['ts', '20240102030405', '2024-01-02 03:04:05'],
    ['ts', '2024-01-02 03:04:05.678+02', '2024-01-02 03:04:05.678000'],
    ['ts', '2024-01-02 03:04:05Z', '2024-01-02 03:04:05'],
    ['ts', '1900-01-01 00:00:00.000001', '1900-01-01 00:00:00.000001'],
    ['ts', '9999-12-31 23:59:59.999999', '9999-12-31 23:59:59.999999'],
    ['vc', String.raw`\N`, null],
    ['vc', '', ''],
    ['vc', 'NULL', 'NULL'],
    ['vc', 'äö', 'äö'],
    ['vc', '"a"', '"a"'],
    ['vc', 'a\nb', 'a\nb'],
    ['vb', 'aGVsbG8=', Buffer.from('hello')],
    ['vb', 'no*64', Buffer.from('no*64')],
    ['j', '{"b":1,"a":[1,2.50,"x"]}', { a: [1, 2.5, 'x'], b: 1 }],
    ['a', '[1,null, 3]', '[1,null,3]'],
  ])('%s reads %j as %j', async (column, text, shown) => {
    const value = await roundTrip(column, text, true)
    expect(column === 'j' && typeof value === 'string' ? JSON.parse(value) : value).toEqual(shown)
  })

  const bad: [string, string][] = [
    ['b', 't'],
    ['b', ''],
    ['ti', '128'],
    ['ti', '1.0'],
    ['ti', ''],
    ['bi', '9223372036854775808'],
    ['li', '170141183460469231731687303715884105728'],
    ['f', 'x'],
    ['db', 'NaN'],
    ['db', 'Infinity'],
    ['db', '1e999'],
    ['de', '123456789.00'],
    ['de', 'a'],
    ['de', '.'],
    ['dt', '2024-02-30'],
    ['dt', 'infinity'],
    ['dt', '0044-03-15 BC'],
    ['dt', '10000-01-01'],
    ['ts', '2024-01-01 25:00:00'],
    ['j', '{a}'],
    ['a', '{1}'],
  ]

  it.each(bad)('%s cannot read %j: filtered when strict', async (column, text) => {
    expect(await roundTrip(column, text, true)).toMatch(
      new RegExp(`^The field \\(name = ${column}, pos = \\d+\\) is out of range\\. Type: `),
    )
  })

  it.each(bad)('%s cannot read %j: NULL and Success when not strict', async (column, text) => {
    expect(await roundTrip(column, text, false)).toBeNull()
  })

  it('measures VARCHAR in bytes: too long is filtered when strict, NULL when not', async () => {
    expect(await roundTrip('vc', 'äöü', true)).toBe("String 'äöü' is too long. The type of 'vc' is VARCHAR(5)'")
    expect(await roundTrip('vc', 'äöü', false)).toBeNull()
  })

  it('filters NULL in a NOT NULL column whatever the mode', async () => {
    for (const mode of [true, false]) {
      expect(await roundTrip('req', String.raw`\N`, mode)).toBe("NULL value in non-nullable column 'req'")
    }
  })
})

describe('shape of CSV (starrocks.md 1.2, 1.5)', () => {
  const loaded = async (body: string | Buffer, headers: Record<string, string> = {}): Promise<unknown[][]> => {
    await sr.sql.query('TRUNCATE TABLE s')
    const reply = await sr.load('s', body, { ...headers, max_filter_ratio: headers['max_filter_ratio'] ?? '0' })
    if (reply['Status'] !== 'Success') return [[reply['Message']]]
    return await sr.rows('SELECT k, v FROM s ORDER BY k')
  }

  it.each<[string, string, Record<string, string>, unknown[][]]>([
    [
      'skips blank lines',
      'a\t1\n\n\nb\t2\n',
      {},
      [
        ['a', '1'],
        ['b', '2'],
      ],
    ],
    [
      'takes a last row without delimiter',
      'a\t1\nb\t2',
      {},
      [
        ['a', '1'],
        ['b', '2'],
      ],
    ],
    [
      'splits at separators of several bytes',
      'a||1@@b||2@@',
      { column_separator: '||', row_delimiter: '@@' },
      [
        ['a', '1'],
        ['b', '2'],
      ],
    ],
    [
      'reads hexadecimal separators',
      'a\x011\x02',
      { column_separator: String.raw`\\x01`, row_delimiter: String.raw`\x02` },
      [['a', '1']],
    ],
    ['does not quote by itself', '"a\t1"\n', {}, [['"a', '1"']]],
    ['encloses and escapes when asked to', '"a\tx"\t"say ""hi"""\n', { enclose: '"' }, [['a\tx', 'say "hi"']]],
    ['escapes when asked to', 'a\\\tx\t1\n', { escape: '\\\\' }, [['a\tx', '1']]],
    ['skips header lines', 'k\tv\na\t1\n', { skip_header: '1' }, [['a', '1']]],
    ['trims when asked to', ' a \t 1 \n', { trim_space: 'true' }, [['a', '1']]],
    ['maps columns by name, in any case', '1\ta\n', { columns: 'V,K' }, [['a', '1']]],
    [
      'drops fields that only expressions use',
      '1\tzz\ta\n',
      { columns: "x,y,k,v=concat(x,'-',upper(y))" },
      [['a', '1-ZZ']],
    ],
  ])('%s', async (_name, body, headers, rows) => {
    expect(await loaded(body, headers)).toEqual(rows)
  })

  it('filters rows with a wrong number of fields', async () => {
    const reply = await sr.load('s', 'a\t1\t2\n', { strict_mode: 'true' })
    const url = new URL(String(reply['ErrorURL']))
    expect((await sr.raw('beHttpPort', 'GET', url.pathname + url.search)).text).toContain(
      "Target column count: 2 doesn't match source value column count: 3. Column separator: '\t', Row delimiter: '\n'",
    )
  })

  it('filters rows that are no UTF-8', async () => {
    const body = Buffer.concat([Buffer.from('a\t1\nb\t'), Buffer.of(0xff, 0xfe), Buffer.from('\nc\t3\n')])
    expect(await loaded(body, { max_filter_ratio: '0.5' })).toEqual([
      ['a', '1'],
      ['c', '3'],
    ])
  })

  it('decodes binary by an expression', async () => {
    await sr.load('v', '900\t68656c6c6f\n', { columns: "k,tmp,vb=to_binary(tmp,'hex')" })
    await sr.load('v', '901\taGVsbG8\n', { columns: 'k,tmp,vb=from_base64(tmp)' })
    expect(await sr.rows('SELECT vb FROM v WHERE k >= 900 ORDER BY k')).toEqual([
      [Buffer.from('hello')],
      [Buffer.from('hello')],
    ])
  })

  it('refuses a column without default that is not loaded', async () => {
    await sr.sql.query(
      `CREATE TABLE d.need (k INT, n INT NOT NULL) PRIMARY KEY(k) DISTRIBUTED BY HASH(k) PROPERTIES("replication_num" = "1")`,
    )
    expect((await sr.load('need', '1\n', { columns: 'k' }))['Message']).toContain('Column has no default value')
  })

  it('cuts rows right wherever the pieces of the body end', async () => {
    const rows = Array.from({ length: 20_000 }, (_, index) => `key${index}\tvalue ${index}`)
    await sr.sql.query('TRUNCATE TABLE s')
    const reply = await sr.load('s', `${rows.join('\n')}\n`)
    expect(reply['NumberLoadedRows']).toBe(20_000)
    expect(await sr.rows(`SELECT count(*), count(DISTINCT k), min(v), max(v) FROM s`)).toEqual([
      ['20000', '20000', 'value 0', 'value 9999'],
    ])
  })

  it('keeps long, short, missing and refused texts apart, also far apart in one body', async () => {
    await sr.sql.query(
      'CREATE TABLE texts (k INT, a VARCHAR(1000000), b VARCHAR(40)) PRIMARY KEY(k) DISTRIBUTED BY HASH(k) PROPERTIES("replication_num" = "1")',
    )
    const none = String.raw`\N`
    const texts = ['short', 'twelve bytes', 'thirteen byte', 'ä long one, 😀 too', '', null]
    const rows = Array.from({ length: 3000 }, (_, k) => ({
      k,
      a: k % 1000 === 6 ? 'f'.repeat(600_000) : (texts[k % 6] ?? null),
      b: k % 3 === 0 ? null : `${k} ${'b'.repeat(k % 30)}`,
    }))
    const line = ({ k, a, b }: (typeof rows)[number]): string => `${k}\t${a ?? none}\t${b ?? none}\n`
    // A refused row leaves its place to the next one, in which none of its NULLs may be seen.
    const body = rows.map((row) => (row.k % 7 === 0 ? `x\t${none}\t${none}\n` : '') + line(row)).join('')
    const reply = await sr.load('texts', body, { strict_mode: 'true', max_filter_ratio: '0.5' })
    expect(reply).toMatchObject({ Status: 'Success', NumberLoadedRows: 3000, NumberFilteredRows: 429 })
    expect(await sr.rows('SELECT * FROM texts ORDER BY k')).toEqual(rows.map(({ k, a, b }) => [k, a, b]))
  })
})
