import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { RunningStandIn } from './support/running-stand-in.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let sr: RunningStandIn

beforeAll(async () => {
  sr = await RunningStandIn.start()
  await sr.sql.query(`CREATE DATABASE d; USE d;
    CREATE TABLE t (k INT, v VARCHAR(50) DEFAULT "dflt", n BIGINT, li LARGEINT, de DECIMAL(20,4), b BOOLEAN, ts DATETIME, j JSON, a ARRAY<STRING>, f DOUBLE)
    PRIMARY KEY(k) DISTRIBUTED BY HASH(k) PROPERTIES("replication_num" = "1")`)
})
afterAll(async () => sr[Symbol.asyncDispose]())

const json = { format: 'json', strict_mode: 'true' }

async function loaded(body: string, headers: Record<string, string> = json, columns = 'k, v'): Promise<unknown> {
  await sr.sql.query('TRUNCATE TABLE t')
  const reply = await sr.load('t', body, headers)
  if (reply['Status'] !== 'Success') return reply['Message']
  return await sr.rows(`SELECT ${columns} FROM t ORDER BY k`)
}

describe('JSON bodies (starrocks.md 1.6)', () => {
  it('reads objects one after another', async () => {
    expect(await loaded('{"k":1,"v":"a"}\n{"k":2,"v":"b"} {"k":3,"v":"c"}')).toEqual([
      [1, 'a'],
      [2, 'b'],
      [3, 'c'],
    ])
  })

  it('reads one array with strip_outer_array, and refuses it without', async () => {
    expect(await loaded('[{"k":1,"v":"a"},\n {"k":2,"v":"b"}]', { ...json, strip_outer_array: 'true' })).toEqual([
      [1, 'a'],
      [2, 'b'],
    ])
    expect(await loaded('[{"k":1}]')).toContain('you can set strip_outer_array=true')
  })

  it('drops unknown keys, and makes missing ones NULL, not the default', async () => {
    expect(await loaded('{"k":1,"zzz":{"deep":[1]}}')).toEqual([[1, null]])
  })

  it('knows names by their exact case', async () => {
    expect(await loaded('{"k":1,"V":"a"}')).toEqual([[1, null]])
  })

  it.each(['{"k":1', '{"k":1,}', '{"k":01}', '{k:1}', '{"k":1}}', 'nonsense'])(
    'fails the whole load for %j',
    async (bad) => {
      expect(await loaded(`{"k":7,"v":"good"}\n${bad}`)).toContain('Failed to parse string to json')
      expect(await sr.rows('SELECT count(*) FROM t')).toEqual([['0']])
    },
  )

  it('unescapes strings', async () => {
    expect(await loaded(String.raw`{"k":1,"v":"a\"b\\c\n\u00e4\ud83d\ude00\t"}`)).toEqual([[1, 'a"b\\c\nä😀\t']])
  })

  it('makes text of values that are none', async () => {
    expect(await loaded('{"k":1,"v":12}{"k":2,"v":true}{"k":3,"v":{"x":1}}')).toEqual([
      [1, '12'],
      [2, 'true'],
      [3, '{"x":1}'],
    ])
  })

  it('reads numbers and their texts alike', async () => {
    expect(await loaded('{"k":"1","n":9007199254740993,"f":1.5}{"k":2,"n":"-5","f":"2.5"}', json, 'k, n, f')).toEqual([
      [1, '9007199254740993', 1.5],
      [2, '-5', 2.5],
    ])
  })

  it('loses digits of numbers above 64 bits unless they are quoted', async () => {
    const body =
      '{"k":1,"li":"170141183460469231731687303715884105727","de":"1234567890123456.7891"}{"k":2,"de":1234567890123456.7891}'
    expect(await loaded(body, json, 'k, li, de')).toEqual([
      [1, '170141183460469231731687303715884105727', '1234567890123456.7891'],
      [2, null, '1234567890123456.8000'],
    ])
  })

  it('embeds JSON and arrays raw; a quoted one is a JSON string', async () => {
    expect(
      await loaded(
        '{"k":1,"j":{"a":[1, "x"]},"a":["p",null]}{"k":2,"j":"{\\"a\\":1}"}',
        json,
        'k, cast(j as string), a',
      ),
    ).toEqual([
      [1, '{"a": [1, "x"]}', '["p",null]'],
      [2, String.raw`"{\"a\":1}"`, null],
    ])
  })

  it('reads booleans and times', async () => {
    expect(await loaded('{"k":1,"b":true,"ts":"2024-01-02T03:04:05.5Z"}{"k":2,"b":0}', json, 'k, b, ts')).toEqual([
      [1, 1, '2024-01-02 03:04:05.500000'],
      [2, 0, null],
    ])
  })

  it('fails for a body beyond the size guard, unless told to ignore it', async () => {
    const padded = `{"k":1,"v":"a"}${' '.repeat(104_857_601)}`
    expect(await loaded(padded)).toMatch(
      /^The size of this batch exceed the max size \[104857600\] {2}of json type data {2}data \[ 104857616 \]\. Set ignore_json_size/,
    )
    expect(await loaded(padded, { ...json, ignore_json_size: 'true' })).toEqual([[1, 'a']])
  })

  it('follows jsonpaths and json_root', async () => {
    const headers = { ...json, jsonpaths: '["$.x.id","$.y"]', columns: 'k,v', json_root: '$.data' }
    expect(await loaded('{"data":{"x":{"id":4},"y":"why"}}', headers)).toEqual([[4, 'why']])
  })

  it('projects __op by itself, from numbers and texts', async () => {
    await loaded('{"k":1,"v":"a"}{"k":2,"v":"b"}{"k":3,"v":"c"}')
    await sr.load(
      't',
      '{"k":1,"__op":1}{"k":2,"v":"B","__op":0}{"k":3,"__op":"delete"}{"k":4,"v":"d","__op":"upsert"}',
      json,
    )
    expect(await sr.rows('SELECT k, v FROM t ORDER BY k')).toEqual([
      [2, 'B'],
      [4, 'd'],
    ])
  })

  it('cuts objects right wherever the pieces of the body end', async () => {
    const rows = Array.from(
      { length: 5000 },
      (_, index) => `{"k":${index},"v":"${'ü'.repeat(index % 20)}\\n","__op":0}`,
    )
    await loaded(rows.join('\n'))
    expect(await sr.rows('SELECT count(*), sum(char_length(v)) FROM t')).toEqual([['5000', '52500']])
  })
})
