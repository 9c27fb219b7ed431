import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { RunningStandIn } from './support/running-stand-in.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let sr: RunningStandIn

beforeAll(async () => {
  sr = await RunningStandIn.start()
  await sr.sql.query('CREATE DATABASE d; USE d')
})
afterAll(async () => sr[Symbol.asyncDispose]())

const one = 'PROPERTIES("replication_num" = "1")'
const hash = `DISTRIBUTED BY HASH(k) ${one}`

describe('CREATE TABLE (starrocks.md 3, 4)', () => {
  it('prints what it was told, in StarRocks form', async () => {
    await sr.sql.query(`CREATE TABLE full1 (
      k BIGINT NOT NULL COMMENT 'the "key"', b BOOLEAN NOT NULL DEFAULT "true", d DECIMAL(38,9), v VARCHAR(65533) DEFAULT 'it''s', s STRING, c CHAR(3),
      x VARBINARY, j JSON, a ARRAY<VARCHAR(10)>, m MAP<INT,STRING>, t DATETIME DEFAULT CURRENT_TIMESTAMP)
      ENGINE = OLAP PRIMARY KEY (k) COMMENT "hello" DISTRIBUTED BY HASH(k) BUCKETS 3 ORDER BY(v) PROPERTIES ("replication_num" = "1", "compression" = "ZSTD")`)
    const shown = String((await sr.rows('SHOW CREATE TABLE full1'))[0]?.[1])
    for (const line of [
      'CREATE TABLE `full1` (',
      '  `k` bigint(20) NOT NULL COMMENT "the \\"key\\"",',
      '  `b` boolean NOT NULL DEFAULT "true" COMMENT "",',
      '  `d` decimal(38, 9) NULL COMMENT "",',
      '  `s` varchar(65533) NULL COMMENT "",',
      '  `t` datetime NULL DEFAULT CURRENT_TIMESTAMP COMMENT ""',
      'PRIMARY KEY(`k`)',
      'COMMENT "hello"',
      'DISTRIBUTED BY HASH(`k`) BUCKETS 3',
      'ORDER BY(`v`)',
      '"compression" = "ZSTD"',
    ])
      expect(shown).toContain(line)
    await sr.sql.query(shown.replace('full1', 'full2').replace(/;$/, ''))
    expect(String((await sr.rows('SHOW CREATE TABLE full2'))[0]?.[1])).toBe(shown.replace('full1', 'full2'))
  })

  it.each([
    [
      `(k INT) PRIMARY KEY(k) DISTRIBUTED BY HASH(k)`,
      'Table replication num should be less than or equal to the number of available BE nodes',
    ],
    [`(k DECIMAL(10,2)) PRIMARY KEY(k) ${hash}`, 'primary key column[k] type not supported: DECIMAL64(10,2)'],
    [`(k DOUBLE) PRIMARY KEY(k) ${hash}`, 'primary key column[k] type not supported: DOUBLE'],
    [`(k CHAR(3)) PRIMARY KEY(k) ${hash}`, 'primary key column[k] type not supported: CHAR(3)'],
    [`(k JSON) PRIMARY KEY(k) ${hash}`, 'primary key column[k] type not supported: JSON'],
    [`(k VARBINARY) PRIMARY KEY(k) ${hash}`, 'primary key column[k] type not supported'],
    [`(v INT, k INT) PRIMARY KEY(k) ${hash}`, 'Key columns must be the first few columns'],
    [`(k INT, v INT) PRIMARY KEY(nope) ${hash}`, "Key column(nope) doesn't exist."],
    [`(k INT, v INT) PRIMARY KEY(k) DISTRIBUTED BY HASH(v) ${one}`, 'Distribution column[v] is not key column'],
    [`(k INT, K INT) PRIMARY KEY(k) ${hash}`, "Duplicate column name 'K'"],
    [`(k INT, __op INT) PRIMARY KEY(k) ${hash}`, 'is a system reserved name'],
    [`(k INT, __row_id INT) PRIMARY KEY(k) ${hash}`, 'is a system reserved name'],
    [`(k INT NULL) PRIMARY KEY(k) ${hash}`, 'primary key column[k] cannot be nullable'],
    [
      `(k INT, d DATE) PRIMARY KEY(k) PARTITION BY date_trunc('day', d) ${hash}`,
      'The partition column could not be aggregated column',
    ],
    [`(k INT) PRIMARY KEY(k) PARTITION BY RANGE(nope) () ${hash}`, 'Partition column[nope] does not exist'],
    [`(k INT, a INT AUTO_INCREMENT) PRIMARY KEY(k) ${hash}`, 'The AUTO_INCREMENT column must be BIGINT'],
    [
      `(k INT, a BIGINT AUTO_INCREMENT, b BIGINT AUTO_INCREMENT) PRIMARY KEY(k) ${hash}`,
      'More than one AUTO_INCREMENT column defined',
    ],
    [`(j JSON, k INT) DUPLICATE KEY(j) ${hash}`, 'Data type of first column cannot be JSON'],
    [`(k DOUBLE) DUPLICATE KEY(k) ${hash}`, 'Data type of first column cannot be DOUBLE'],
    [`(k INT, v DECIMAL(77,2)) PRIMARY KEY(k) ${hash}`, "DECIMAL's precision should range from 1 to 76"],
    [`(k INT, v VARCHAR(1048577)) PRIMARY KEY(k) ${hash}`, 'VARCHAR size must be <= 1048576'],
    [`(k INT, v CHAR(256)) PRIMARY KEY(k) ${hash}`, 'CHAR size must be <= 255'],
    [`(k INT, v TIME) PRIMARY KEY(k) ${hash}`, 'Unsupported type: TIME'],
    [`(k INT, v UUID) PRIMARY KEY(k) ${hash}`, 'Unsupported type: UUID'],
    [`(k INT, v DATETIME DEFAULT now() + 1) PRIMARY KEY(k) ${hash}`, 'Getting syntax error'],
    [
      `(k INT, v INT DEFAULT CURRENT_TIMESTAMP) PRIMARY KEY(k) ${hash}`,
      'Default function now() for type INT is not supported',
    ],
    [`(k INT) ${hash} PRIMARY KEY(k)`, 'Getting syntax error'],
  ])('refuses %s: %s', async (text, message) => {
    expect(await sr.refusal(`CREATE TABLE bad ${text}`)).toContain(message)
    expect(await sr.rows("SHOW TABLES LIKE 'bad'")).toEqual([])
  })

  it('allows as many replicas as there are backends', async () => {
    await using three = await RunningStandIn.start(['--backends', '3', '--version', '3.1.9'])
    await three.sql.query('CREATE DATABASE d; USE d; CREATE TABLE t (k INT) PRIMARY KEY(k) DISTRIBUTED BY HASH(k)')
    expect(await three.rows('SHOW BACKENDS')).toHaveLength(3)
    expect(
      await three.refusal(`CREATE TABLE w (k INT, v DECIMAL(39,2)) PRIMARY KEY(k) DISTRIBUTED BY HASH(k)`),
    ).toContain('should range from 1 to 38')
    expect(await three.rows('SELECT version(), current_version()')).toEqual([['5.1.0', '3.1.9-57a4d1f']])
    expect(await three.refusal('BEGIN')).toContain('Getting syntax error')
  })

  it('takes keys of each type that can be one, NOT NULL by themselves, with partitions and buckets by them', async () => {
    const types = ['BOOLEAN', 'TINYINT', 'SMALLINT', 'INT', 'BIGINT', 'LARGEINT', 'VARCHAR(9)', 'DATE', 'DATETIME']
    const names = types.map((_type, index) => `k${index}`)
    await sr.sql.query(`CREATE TABLE allkeys (${types.map((type, index) => `k${index} ${type}`).join(', ')}, v INT)
      PRIMARY KEY(${names.join(', ')}) PARTITION BY date_trunc('day', k7) DISTRIBUTED BY HASH(k3, k6) ${one}`)
    expect((await sr.rows('DESC allkeys')).map((row) => [row[0], row[2], row[3]])).toEqual([
      ...names.map((name) => [name, 'NO', 'true']),
      ['v', 'YES', 'false'],
    ])
  })

  it('knows whether things exist', async () => {
    expect(await sr.refusal('CREATE DATABASE d')).toContain('database exists')
    await sr.sql.query(
      `CREATE DATABASE IF NOT EXISTS d; CREATE TABLE e (k INT) PRIMARY KEY(k) ${hash}; CREATE TABLE IF NOT EXISTS e (k INT) PRIMARY KEY(k) ${hash}`,
    )
    expect(await sr.refusal(`CREATE TABLE e (k INT) PRIMARY KEY(k) ${hash}`)).toContain("Table 'e' already exists")
    await sr.sql.query('DROP TABLE e FORCE; DROP TABLE IF EXISTS e; DROP DATABASE IF EXISTS nope')
    expect(await sr.refusal('DROP TABLE e')).toContain('Unknown table')
    expect(await sr.refusal('SELECT * FROM e')).toContain("Unknown table 'd.e'")
    expect(await sr.refusal('USE nope')).toContain("Unknown database 'nope'")
  })

  it('tells tables apart by case, and columns not', async () => {
    await sr.sql.query(
      `CREATE TABLE Cased (k INT) PRIMARY KEY(k) ${hash}; CREATE TABLE cased (k INT, V INT) PRIMARY KEY(k) ${hash}; INSERT INTO cased VALUES (1, 2)`,
    )
    expect(await sr.rows('SELECT K, v FROM cased')).toEqual([[1, 2]])
    expect(await sr.rows('SELECT count(*) FROM Cased')).toEqual([['0']])
  })
})

describe('ALTER TABLE (starrocks.md 5)', () => {
  const lastJob = async (table: string) =>
    (await sr.rows(`SHOW ALTER TABLE COLUMN FROM d WHERE TableName = '${table}' ORDER BY CreateTime DESC LIMIT 1`))[0]

  it('changes columns by a job that waits for older transactions, one at a time', async () => {
    await sr.sql.query(
      `CREATE TABLE j (k INT, v INT) PRIMARY KEY(k) DISTRIBUTED BY HASH(k) PROPERTIES("replication_num" = "1", "fast_schema_evolution" = "false"); INSERT INTO j VALUES (1, 10)`,
    )
    await sr.txn('begin', { label: 'older', table: 'j' })
    await sr.sql.query('ALTER TABLE j ADD COLUMN w VARCHAR(10) DEFAULT "new" AFTER k, ADD COLUMN (x INT, y BIGINT)')
    await expect.poll(async () => (await lastJob('j'))?.[9]).toBe('WAITING_TXN')
    expect(await sr.refusal('ALTER TABLE j DROP COLUMN v')).toContain('A schema change operation is in progress')
    expect(await sr.rows('DESC j')).toHaveLength(2)
    await sr.txn('rollback', { label: 'older', table: 'j' })
    await expect.poll(async () => (await lastJob('j'))?.[9]).toBe('FINISHED')
    expect(await sr.rows('SELECT * FROM j')).toEqual([[1, 'new', 10, null, null]])
    await sr.load('j', '2\tw\t3\t4\t5\n')
    expect(await sr.rows('SELECT * FROM j WHERE k = 2')).toEqual([[2, 'w', 3, 4, '5']])
  })

  it('adds and drops at once with fast schema evolution', async () => {
    await sr.sql.query(
      `CREATE TABLE f (k INT, v INT) PRIMARY KEY(k) ${hash}; INSERT INTO f VALUES (1, 2); ALTER TABLE f ADD COLUMN w INT DEFAULT "5"; ALTER TABLE f DROP COLUMN v`,
    )
    expect(await sr.rows('SELECT * FROM f')).toEqual([[1, 5]])
    expect((await lastJob('f'))?.[9]).toBe('FINISHED')
    expect(
      await sr.rows(
        `SELECT column_name, ordinal_position FROM information_schema.columns WHERE table_name = 'f' ORDER BY 2`,
      ),
    ).toEqual([
      ['k', '1'],
      ['w', '2'],
    ])
  })

  it('widens types and rewrites the rows', async () => {
    await sr.sql.query(
      `CREATE TABLE m (k INT, n INT, d DATE, v VARCHAR(5)) PRIMARY KEY(k) ${hash}; INSERT INTO m VALUES (1, 7, '2024-01-02', '42')`,
    )
    await sr.sql.query('ALTER TABLE m MODIFY COLUMN n BIGINT, MODIFY COLUMN d DATETIME, MODIFY COLUMN v VARCHAR(50)')
    await expect.poll(async () => (await lastJob('m'))?.[9]).toBe('FINISHED')
    await sr.sql.query("INSERT INTO m VALUES (2, 5000000000, '2024-01-02 03:04:05', 'longer than five')")
    expect(await sr.rows('SELECT n, d, v FROM m ORDER BY k')).toEqual([
      ['7', '2024-01-02 00:00:00', '42'],
      ['5000000000', '2024-01-02 03:04:05', 'longer than five'],
    ])
  })

  it.each([
    ['DROP COLUMN k', 'Can not drop key column in primary data model table'],
    ['DROP COLUMN nope', 'Column does not exists: nope'],
    ['MODIFY COLUMN nope INT', 'Column[nope] does not exists'],
    ['MODIFY COLUMN v SMALLINT', 'Can not change BIGINT to SMALLINT'],
    ['MODIFY COLUMN v DECIMAL(38,9)', 'Can not change BIGINT to DECIMAL128(38,9)'],
    ['MODIFY COLUMN k BIGINT', 'primary key column[k] cannot be nullable'],
    ['MODIFY COLUMN v BIGINT NOT NULL', 'Can not change from nullable to non-nullable'],
    ['ADD COLUMN V INT', 'Can not add column which already exists'],
    ['ADD COLUMN x INT FIRST', 'Can not add value column before key column'],
    ['ADD COLUMN x INT NOT NULL', 'no default value'],
    ['ADD COLUMN x BIGINT AUTO_INCREMENT', 'Can not add AUTO_INCREMENT column'],
    ['ADD COLUMN __op INT', 'is a system reserved name'],
    ['ADD COLUMN x INT KEY', 'Can not add key column'],
    ['MODIFY COLUMN v BIGINT AFTER k', 'Can not reorder pk keys by modify column'],
    ['RENAME COLUMN nope TO x', 'nope'],
    ['FROBNICATE', 'Getting syntax error'],
  ])('refuses %s: %s', async (clause, message) => {
    await sr.sql.query(`CREATE TABLE IF NOT EXISTS r (k INT, v BIGINT) PRIMARY KEY(k) ${hash}`)
    expect(await sr.refusal(`ALTER TABLE r ${clause}`)).toContain(message)
  })

  it('renames, swaps and truncates at once', async () => {
    await sr.sql.query(
      `CREATE TABLE a1 (k INT) PRIMARY KEY(k) ${hash}; CREATE TABLE b1 (k INT, v INT) PRIMARY KEY(k) ${hash}; INSERT INTO a1 VALUES (1); INSERT INTO b1 VALUES (2, 2), (3, 3)`,
    )
    await sr.sql.query('ALTER TABLE a1 SWAP WITH b1')
    expect([await sr.rows('SELECT count(*) FROM a1'), await sr.rows('SELECT * FROM b1')]).toEqual([[['2']], [[1]]])
    await sr.sql.query('ALTER TABLE b1 RENAME c1; ALTER TABLE a1 RENAME COLUMN v TO w')
    expect(await sr.rows('SELECT k FROM c1')).toEqual([[1]])
    expect(await sr.rows('SELECT w FROM a1 ORDER BY 1')).toEqual([[2], [3]])
    expect(await sr.refusal('ALTER TABLE a1 ADD COLUMN v INT')).toContain('renamed')
    expect(await sr.refusal('SELECT * FROM b1')).toContain('Unknown table')
    await sr.sql.query('TRUNCATE TABLE a1')
    expect(await sr.rows('SELECT count(*) FROM a1')).toEqual([['0']])
  })

  it('lets a load that began before a swap go to its own table', async () => {
    await sr.sql.query(`CREATE TABLE s1 (k INT) PRIMARY KEY(k) ${hash}; CREATE TABLE s2 (k INT) PRIMARY KEY(k) ${hash}`)
    await sr.txn('begin', { label: 'swap', table: 's1' })
    await sr.txn('load', { label: 'swap', table: 's1' }, '1\n')
    await sr.sql.query('ALTER TABLE s1 SWAP WITH s2')
    await sr.txn('commit', { label: 'swap', table: 's1' })
    expect(await sr.rows('SELECT (SELECT count(*) FROM s1), (SELECT count(*) FROM s2)')).toEqual([['0', '1']])
  })

  it('fails a commit whose table was dropped', async () => {
    await sr.sql.query(`CREATE TABLE gone (k INT) PRIMARY KEY(k) ${hash}`)
    await sr.txn('begin', { label: 'gone', table: 'gone' })
    await sr.txn('load', { label: 'gone', table: 'gone' }, '1\n')
    await sr.sql.query('DROP TABLE gone FORCE')
    expect(await sr.txn('commit', { label: 'gone', table: 'gone' })).toMatchObject({ Status: 'INTERNAL_ERROR' })
  })
})
