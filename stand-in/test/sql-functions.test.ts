import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { RunningStandIn } from './support/running-stand-in.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let sr: RunningStandIn

beforeAll(async () => {
  sr = await RunningStandIn.start()
  await sr.sql.query(`CREATE DATABASE d; USE d;
    CREATE TABLE t (k INT, g VARCHAR(5), n BIGINT, f DOUBLE, at DATETIME) PRIMARY KEY(k) DISTRIBUTED BY HASH(k) PROPERTIES("replication_num" = "1");
    CREATE TABLE u (k INT, li LARGEINT) PRIMARY KEY(k) DISTRIBUTED BY HASH(k) PROPERTIES("replication_num" = "1");
    INSERT INTO t VALUES (1, 'a', 10, 1.5, '2024-01-31 23:59:58'), (2, 'a', NULL, -2.5, '2024-02-29 00:00:00'), (3, 'b', 30, NULL, NULL);
    INSERT INTO u VALUES (1, 170141183460469231731687303715884105727)`)
})
afterAll(async () => sr[Symbol.asyncDispose]())

describe('functions with StarRocks names and meaning (starrocks.md 6)', () => {
  it.each<[string, unknown[]]>([
    // Numbers: casts cut off, division by zero is NULL, log is natural, stddev is of the population.
    ['CAST(2.7 AS INT), CAST(-2.7 AS BIGINT), CAST("12" AS INT), CAST("1x" AS INT)', [2, '-2', 12, null]],
    ['1 / 0, 7 % 0, 7 DIV 2, round(2.5), truncate(2.789, 2)', [null, null, 3, '3', '2.78']],
    ['log(exp(1)), log(2, 8), mod(7, 3), pow(2, 3), greatest(1, NULL), least(3, 2)', [1, 3, 1, 8, null, 2]],
    ['bitand(6, 3), bitor(6, 3), bitxor(6, 3), bitnot(0)', [2, 7, 5, -1]],
    // Text.
    [`concat('a', 1, 'b'), concat('a', NULL), lpad('7', 3, '0'), substr('abcd', 2, 2)`, ['a1b', null, '007', 'bc']],
    [
      `length('ä'), char_length('ä'), locate('c', 'abc'), instr('abc', 'c'), find_in_set('b', 'a,b')`,
      ['2', '1', 3, '3', 2],
    ],
    [`regexp_replace('a1b2', '[0-9]', '_'), regexp_extract('k=v', '(.)=(.)', 2), 'abc' REGEXP '^a'`, ['a_b_', 'v', 1]],
    [`to_base64('hi'), from_base64('aGk='), hex('A'), unhex('41'), null_or_empty('')`, ['aGk=', 'hi', '41', 'A', 1]],
    [
      `strcmp('a', 'b'), split_part('a-b', '-', 2), space(2), left('abc', 1), right('abc', 1)`,
      [-1, 'b', '  ', 'a', 'c'],
    ],
    // Dates: weeks begin on Sunday, bad texts are NULL.
    [
      `dayofweek('2024-01-07'), week('2024-01-07'), weekofyear('2024-01-01'), dayname('2024-01-07')`,
      [1, 1, 1, 'Sunday'],
    ],
    [`datediff('2024-03-01', '2024-02-28'), to_days('2007-10-07'), last_day('2024-02-10')`, [2, 733321, '2024-02-29']],
    [
      `date_add('2024-01-31', INTERVAL 1 MONTH), date_sub('2024-01-01 01:00:00', INTERVAL 90 MINUTE)`,
      ['2024-02-29 00:00:00', '2023-12-31 23:30:00'],
    ],
    [
      `days_add('2024-02-28', 2), months_diff('2024-03-31', '2024-01-31'), timestampdiff(MONTH, '2024-01-31', '2024-03-01')`,
      ['2024-03-01 00:00:00', '2', '1'],
    ],
    [
      `date_trunc('month', '2024-02-10 11:12:13'), str_to_date('10/02/2024', '%d/%m/%Y'), date('no date')`,
      ['2024-02-01 00:00:00', '2024-02-10 00:00:00', null],
    ],
    [
      `date_format('2024-02-10 09:08:07', '%Y%m%d %H:%i:%s %W %M'), from_unixtime(0), unix_timestamp('1970-01-02')`,
      ['20240210 09:08:07 Saturday February', '1970-01-01 00:00:00', '86400'],
    ],
    // JSON.
    [
      `get_json_int('{"a": 7}', '$.a'), get_json_string('{"a": {"b": "x"}}', '$.a.b'), json_length('[1, 2]')`,
      ['7', 'x', 2],
    ],
    [
      'version(), current_version() LIKE "4.0.2%", database(), user(), connection_id() > 0',
      ['8.0.33', 1, 'd', "'root'@'%'", 1],
    ],
  ])('%s', async (list, row) => {
    expect(await sr.rows(`SELECT ${list}`)).toEqual([row])
  })

  it.each<[string, unknown[][]]>([
    [
      'SELECT g, count(n), sum(n), avg(f) FROM t GROUP BY g ORDER BY g',
      [
        ['a', '1', '10', -0.5],
        ['b', '1', '30', null],
      ],
    ],
    [
      'SELECT count(DISTINCT g), ndv(g), stddev(k), variance_samp(k), any_value(g) IS NULL FROM t',
      [['2', '2', 0.816496580927726, 1, 0]],
    ],
    ['SELECT max_by(g, k), percentile_cont(k, 0.5), count_if(k > 1), group_concat(g) FROM t', [['b', 2, '2', 'a,a,b']]],
    [
      'SELECT k, row_number() OVER (PARTITION BY g ORDER BY k DESC) r, lag(k) OVER (ORDER BY k) FROM t ORDER BY k',
      [
        [1, '2', null],
        [2, '1', 1],
        [3, '1', 2],
      ],
    ],
    ['SELECT t.k FROM t LEFT SEMI JOIN u ON t.k = u.k', [[1]]],
    ['SELECT t.k FROM t LEFT ANTI JOIN u ON t.k = u.k ORDER BY 1', [[2], [3]]],
    ['SELECT k AS id FROM t HAVING id > 2 ORDER BY id', [[3]]],
    ['SELECT g COLLATE utf8_general_ci FROM t WHERE k = 1', [['a']]],
    [
      'WITH a AS (SELECT k FROM t), b AS (SELECT k FROM a WHERE k > 1) SELECT * FROM b ORDER BY k LIMIT 1 OFFSET 1',
      [[3]],
    ],
    ['SELECT li FROM u', [['170141183460469231731687303715884105727']]],
  ])('%s', async (sql, rows) => {
    expect(await sr.rows(sql)).toEqual(rows)
  })

  it('answers BIGINT for sums of integers, and LARGEINT only for those of LARGEINT', async () => {
    const types = async (sql: string): Promise<unknown> => (await sr.sql.query(sql))[1].map((field) => field.type)
    expect([await types('SELECT sum(k), sum(n) FROM t'), await types('SELECT sum(li) FROM u')]).toEqual([[8, 8], [254]])
  })

  it('tells the time in the zone of the session', async () => {
    await sr.sql.query("SET time_zone = '+08:00'")
    expect(
      await sr.rows("SELECT timestampdiff(HOUR, utc_timestamp(), now()), unix_timestamp('1970-01-01 08:00:00')"),
    ).toEqual([['8', '0']])
    expect(await sr.rows('SELECT from_unixtime(0)')).toEqual([['1970-01-01 08:00:00']])
    await sr.sql.query("SET time_zone = 'UTC'")
    expect(await sr.refusal("SET time_zone = 'Moon/Crater'")).toContain('Unknown or incorrect time zone')
  })
})

describe('what is refused, never answered wrongly (starrocks.md 6)', () => {
  it.each([
    [
      'SELECT list_value(1)',
      'Getting analyzing error. Detail message: No matching function with signature: list_value(1).',
    ],
    ['SELECT strftime(now(), "%Y")', 'No matching function with signature: strftime'],
    ['SELECT to_bitmap(1)', 'the stand-in has no BITMAP, HLL and PERCENTILE values'],
    ['SELECT hll_union_agg(k) FROM t', 'No matching function with signature: hll_union_agg(k)'],
    ['SELECT year(now(), 1)', 'No matching function with signature: year'],
    ['SELECT * FROM read_csv("x")', 'Unknown table function'],
    ['SELECT nope FROM t', "Column 'nope' cannot be resolved"],
    ['SELECT k FROM t, u', "Column 'k' is ambiguous"],
    ['SELECT k, count(*) FROM t GROUP BY g', "'k' must be an aggregate expression or appear in GROUP BY clause"],
    ['SELECT 1::INT', "Unexpected input ':'"],
    ["SELECT g FROM t WHERE g ILIKE 'A'", "Unexpected input 'ILIKE'"],
    ["SELECT g FROM t WHERE g LIKE 'a' ESCAPE '!'", "Unexpected input 'ESCAPE'"],
    ['SELECT 2 ^ 3', 'does not know the operator ^'],
    ['SELECT CAST(1 AS FROB)', "Unexpected input 'FROB'"],
    ['SELECT (1', 'Getting syntax error at line 1, column'],
    ['SELECT 1 FROM t WHERE', "Unexpected input '<EOF>'"],
  ])('%s', async (sql, message) => {
    expect(await sr.refusal(sql)).toContain(message)
  })

  it('names the place of a syntax error', async () => {
    expect(await sr.refusal('elect 1')).toBe(
      "Getting syntax error at line 1, column 0. Detail message: Unexpected input 'elect', the most similar input is {'ALTER', 'CREATE', 'DELETE', 'DESC', 'DROP', 'EXPLAIN', 'INSERT', 'SELECT', 'SET', 'SHOW', 'UPDATE', 'USE', '(', ';'}.",
    )
    expect(await sr.refusal('CREATE DATABASE like')).toBe(
      "Getting syntax error at line 1, column 16. Detail message: Unexpected input 'like', the most similar input is {a legal identifier}.",
    )
    expect(await sr.refusal('SHOW TABLES\n  FROM d\n  NOW')).toContain('at line 3, column 2')
  })
})
