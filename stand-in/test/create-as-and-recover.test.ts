import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { RunningStandIn } from './support/running-stand-in.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const one = 'PROPERTIES("replication_num" = "1")'
const hash = `DISTRIBUTED BY HASH(k) ${one}`

let sr: RunningStandIn

beforeAll(async () => {
  sr = await RunningStandIn.start()
  await sr.sql.query(`CREATE DATABASE d; USE d;
    CREATE TABLE src (k INT, v VARCHAR(9), n DECIMAL(10,2), at DATETIME) PRIMARY KEY(k) ${hash};
    INSERT INTO src VALUES (1, 'one', 1.5, '2024-01-02 03:04:05'), (2, NULL, NULL, NULL)`)
})
afterAll(async () => sr[Symbol.asyncDispose]())

const types = async (name: string): Promise<unknown> => (await sr.rows(`DESC ${name}`)).map((row) => row.slice(0, 4))

describe('CREATE TABLE ... AS SELECT (starrocks.md 3, 5)', () => {
  it('takes columns and types from the query, and its rows', async () => {
    await sr.sql.query(`CREATE TABLE c1 ${one} AS SELECT k, v, n, at, count(*) OVER () AS total FROM src`)
    expect(await types('c1')).toEqual([
      ['k', 'int(11)', 'YES', 'true'],
      ['v', 'varchar(65533)', 'YES', 'true'],
      ['n', 'decimal(10, 2)', 'YES', 'true'],
      ['at', 'datetime', 'YES', 'false'],
      ['total', 'bigint(20)', 'YES', 'false'],
    ])
    expect(await sr.rows('SELECT * FROM c1 ORDER BY k')).toEqual([
      [1, 'one', '1.50', '2024-01-02 03:04:05', '2'],
      [2, null, null, null, '2'],
    ])
  })

  it('takes names, keys, distribution and properties from the statement', async () => {
    await sr.sql.query(
      `CREATE TABLE IF NOT EXISTS c2 (id, name) PRIMARY KEY(id) COMMENT "copy" DISTRIBUTED BY HASH(id) ${one} AS SELECT k, v FROM src`,
    )
    await sr.sql.query(`CREATE TABLE IF NOT EXISTS c2 ${one} AS SELECT 9`)
    expect(await types('c2')).toEqual([
      ['id', 'int(11)', 'NO', 'true'],
      ['name', 'varchar(65533)', 'YES', 'false'],
    ])
    expect(await sr.rows('SELECT * FROM c2 ORDER BY id')).toEqual([
      [1, 'one'],
      [2, null],
    ])
  })

  it.each([
    [`CREATE TABLE bad (a) ${one} AS SELECT k, v FROM src`, 'Number of column names does not match'],
    [`CREATE TABLE bad ${one} AS SELECT * FROM nope`, "Unknown table 'd.nope'"],
    [`CREATE TABLE bad ${one} AS SELECT k AS __op FROM src`, 'is a system reserved name'],
    [`CREATE TABLE src ${one} AS SELECT 1 AS a`, "Table 'src' already exists"],
    ['CREATE TABLE bad AS SELECT 1 AS a', 'Table replication num should be less than or equal'],
  ])('refuses %s: %s', async (sql, message) => {
    expect(await sr.refusal(sql)).toContain(message)
    expect(await sr.rows("SHOW TABLES LIKE 'bad'")).toEqual([])
  })
})

describe('properties (starrocks.md 3, 5)', () => {
  const create = (more: string): string =>
    `CREATE TABLE prop (k INT) PRIMARY KEY(k) DISTRIBUTED BY HASH(k) PROPERTIES("replication_num" = "1"${more})`

  it.each([
    [create(', "no_such_thing" = "1"'), 'Unknown properties: {no_such_thing=1}'],
    [
      create(', "replication_number" = "1", "compresion" = "zstd"'),
      'Unknown properties: {replication_number=1, compresion=zstd}',
    ],
    [
      'CREATE TABLE prop (k INT) PRIMARY KEY(k) DISTRIBUTED BY HASH(k) PROPERTIES("replication_num" = "0")',
      'should larger than 0',
    ],
    [
      'CREATE TABLE prop (k INT) PRIMARY KEY(k) DISTRIBUTED BY HASH(k) PROPERTIES(replication_num = 1)',
      'Getting syntax error',
    ],
    ['ALTER TABLE src SET ("fast_schema_evolution" = "false")', 'Unknown properties: {fast_schema_evolution=false}'],
    ['ALTER TABLE src SET ("no_such_thing" = "1")', 'Unknown properties: {no_such_thing=1}'],
  ])('%s is refused: %s', async (sql, message) => {
    expect(await sr.refusal(sql)).toContain(message)
    expect(await sr.rows("SHOW TABLES LIKE 'prop'")).toEqual([])
  })

  it('are shown, with what is set later', async () => {
    await sr.sql.query(
      `${create(', "compression" = "ZSTD"')}; ALTER TABLE prop SET ("enable_persistent_index" = "false")`,
    )
    const shown = String((await sr.rows('SHOW CREATE TABLE prop'))[0]?.[1])
    for (const text of [
      '"compression" = "ZSTD"',
      '"enable_persistent_index" = "false"',
      '"replicated_storage" = "true"',
    ]) {
      expect(shown).toContain(text)
    }
  })
})

describe('RECOVER (starrocks.md 5)', () => {
  const rowsOf = async (name: string): Promise<unknown> => (await sr.rows(`SELECT count(*) FROM ${name}`))[0]?.[0]

  it('brings a dropped table back with its rows, and the last one of a name', async () => {
    await sr.sql.query(`CREATE TABLE r (k INT) PRIMARY KEY(k) ${hash}; INSERT INTO r VALUES (1); DROP TABLE r;
      CREATE TABLE r (k INT, v INT) PRIMARY KEY(k) ${hash}; INSERT INTO r VALUES (1, 1), (2, 2); DROP TABLE r`)
    expect(await sr.refusal('SELECT * FROM r')).toContain('Unknown table')
    await sr.sql.query('RECOVER TABLE r')
    expect(await sr.rows('SELECT * FROM r ORDER BY k')).toEqual([
      [1, 1],
      [2, 2],
    ])
    expect(await sr.refusal('RECOVER TABLE d.r')).toContain("Table 'r' already exists")
    await sr.sql.query('ALTER TABLE r RENAME r2; RECOVER TABLE d.r')
    expect(await sr.rows('SELECT * FROM r')).toEqual([[1]])
  })

  it('does not bring back what FORCE or TRUNCATE took', async () => {
    await sr.sql.query(
      `CREATE TABLE f (k INT) PRIMARY KEY(k) ${hash}; INSERT INTO f VALUES (1); TRUNCATE TABLE f; DROP TABLE f FORCE`,
    )
    expect(await sr.refusal('RECOVER TABLE f')).toContain("Unknown table 'd.f'")
    await sr.sql.query('CREATE DATABASE gone; DROP DATABASE gone FORCE')
    expect(await sr.refusal('RECOVER DATABASE gone')).toContain("Unknown database 'gone'")
  })

  it('does not bring back what was dropped longer ago than catalog_trash_expire_second', async () => {
    await sr.sql.query(`CREATE TABLE old (k INT) PRIMARY KEY(k) ${hash}; DROP TABLE old`)
    await sr.admin('/settings?catalog_trash_expire_second=0')
    const recovered = async (): Promise<string> =>
      await sr.sql.query('RECOVER TABLE old; DROP TABLE old').then(
        () => 'recovered',
        (error: unknown) => String(error),
      )
    await expect.poll(recovered).toContain("Unknown table 'd.old'")
    await sr.admin('/settings?catalog_trash_expire_second=86400')
  })

  it('brings a dropped database back with its tables', async () => {
    await sr.sql
      .query(`CREATE DATABASE back; CREATE TABLE back.a (k INT) PRIMARY KEY(k) ${hash}; INSERT INTO back.a VALUES (1);
      CREATE TABLE back.b (k INT) PRIMARY KEY(k) ${hash}; DROP TABLE back.b; DROP DATABASE back`)
    expect(await sr.refusal('USE back')).toContain("Unknown database 'back'")
    await sr.sql.query('RECOVER DATABASE back')
    expect(await rowsOf('back.a')).toBe('1')
    expect(await sr.rows('SHOW TABLES FROM back')).toEqual([['a']])
    expect(await sr.refusal('RECOVER DATABASE back')).toContain('database exists')
    await sr.sql.query('RECOVER TABLE back.b')
    expect(await rowsOf('back.b')).toBe('0')
  })

  it('works after a restart', async () => {
    await using first = await RunningStandIn.start()
    await first.sql.query(
      `CREATE DATABASE d; USE d; CREATE TABLE t (k INT) PRIMARY KEY(k) ${hash}; INSERT INTO t VALUES (7); DROP TABLE t`,
    )
    await using second = await first.restart('SIGKILL')
    await second.sql.query('RECOVER TABLE d.t')
    expect(await second.rows('SELECT k FROM d.t')).toEqual([[7]])
  })
})
