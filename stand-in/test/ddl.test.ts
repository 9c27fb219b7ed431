import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { hashedByK, oneReplica, startWithDatabase } from './support/hashed-tables.ts'
import { RunningStandIn } from './support/running-stand-in.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let sr: RunningStandIn

beforeAll(async () => {
  sr = await startWithDatabase()
})
afterAll(async () => sr[Symbol.asyncDispose]())

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
    [`(k DECIMAL(10,2)) PRIMARY KEY(k) ${hashedByK}`, 'primary key column[k] type not supported: DECIMAL64(10,2)'],
    [`(k DOUBLE) PRIMARY KEY(k) ${hashedByK}`, 'primary key column[k] type not supported: DOUBLE'],
    [`(k CHAR(3)) PRIMARY KEY(k) ${hashedByK}`, 'primary key column[k] type not supported: CHAR(3)'],
    [`(k JSON) PRIMARY KEY(k) ${hashedByK}`, 'primary key column[k] type not supported: JSON'],
    [`(k VARBINARY) PRIMARY KEY(k) ${hashedByK}`, 'primary key column[k] type not supported'],
    [`(v INT, k INT) PRIMARY KEY(k) ${hashedByK}`, 'Key columns must be the first few columns'],
    [`(k INT, v INT) PRIMARY KEY(nope) ${hashedByK}`, "Key column(nope) doesn't exist."],
    [`(k INT, v INT) PRIMARY KEY(k) DISTRIBUTED BY HASH(v) ${oneReplica}`, 'Distribution column[v] is not key column'],
    [`(k INT, K INT) PRIMARY KEY(k) ${hashedByK}`, "Duplicate column name 'K'"],
    [`(k INT, __op INT) PRIMARY KEY(k) ${hashedByK}`, 'is a system reserved name'],
    [`(k INT, __row_id INT) PRIMARY KEY(k) ${hashedByK}`, 'is a system reserved name'],
    [`(k INT NULL) PRIMARY KEY(k) ${hashedByK}`, 'primary key column[k] cannot be nullable'],
    [
      `(k INT, d DATE) PRIMARY KEY(k) PARTITION BY date_trunc('day', d) ${hashedByK}`,
      'The partition column could not be aggregated column',
    ],
    [`(k INT) PRIMARY KEY(k) PARTITION BY RANGE(nope) () ${hashedByK}`, 'Partition column[nope] does not exist'],
    [`(k INT, a INT AUTO_INCREMENT) PRIMARY KEY(k) ${hashedByK}`, 'The AUTO_INCREMENT column must be BIGINT'],
    [
      `(k INT, a BIGINT AUTO_INCREMENT, b BIGINT AUTO_INCREMENT) PRIMARY KEY(k) ${hashedByK}`,
      'More than one AUTO_INCREMENT column defined',
    ],
    [`(j JSON, k INT) DUPLICATE KEY(j) ${hashedByK}`, 'Data type of first column cannot be JSON'],
    [`(k DOUBLE) DUPLICATE KEY(k) ${hashedByK}`, 'Data type of first column cannot be DOUBLE'],
    [`(k INT, v DECIMAL(77,2)) PRIMARY KEY(k) ${hashedByK}`, "DECIMAL's precision should range from 1 to 76"],
    [`(k INT, v VARCHAR(1048577)) PRIMARY KEY(k) ${hashedByK}`, 'VARCHAR size must be <= 1048576'],
    [`(k INT, v CHAR(256)) PRIMARY KEY(k) ${hashedByK}`, 'CHAR size must be <= 255'],
    [`(k INT, v TIME) PRIMARY KEY(k) ${hashedByK}`, 'Unsupported type: TIME'],
    [`(k INT, v UUID) PRIMARY KEY(k) ${hashedByK}`, 'Unsupported type: UUID'],
    [`(k INT, v DATETIME DEFAULT now() + 1) PRIMARY KEY(k) ${hashedByK}`, 'Getting syntax error'],
    [
      `(k INT, v INT DEFAULT CURRENT_TIMESTAMP) PRIMARY KEY(k) ${hashedByK}`,
      'Default function now() for type INT is not supported',
    ],
    [`(${'k'.repeat(1025)} INT) DUPLICATE KEY(k) ${hashedByK}`, 'Incorrect column name'],
    [`(k INT) ${hashedByK} PRIMARY KEY(k)`, 'Getting syntax error'],
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
      PRIMARY KEY(${names.join(', ')}) PARTITION BY date_trunc('day', k7) DISTRIBUTED BY HASH(k3, k6) ${oneReplica}`)
    expect((await sr.rows('DESC allkeys')).map((row) => [row[0], row[2], row[3]])).toEqual([
      ...names.map((name) => [name, 'NO', 'true']),
      ['v', 'YES', 'false'],
    ])
  })

  it('knows whether things exist', async () => {
    expect(await sr.refusal('CREATE DATABASE d')).toContain('database exists')
    await sr.sql.query(
      `CREATE DATABASE IF NOT EXISTS d; CREATE TABLE e (k INT) PRIMARY KEY(k) ${hashedByK}; CREATE TABLE IF NOT EXISTS e (k INT) PRIMARY KEY(k) ${hashedByK}`,
    )
    expect(await sr.refusal(`CREATE TABLE e (k INT) PRIMARY KEY(k) ${hashedByK}`)).toContain("Table 'e' already exists")
    await sr.sql.query('DROP TABLE e FORCE; DROP TABLE IF EXISTS e; DROP DATABASE IF EXISTS nope')
    expect(await sr.refusal('DROP TABLE e')).toContain('Unknown table')
    expect(await sr.refusal('SELECT * FROM e')).toContain("Unknown table 'd.e'")
    expect(await sr.refusal('USE nope')).toContain("Unknown database 'nope'")
  })

  it('takes names of 256 bytes for databases and 1024 for tables, and no longer ones', async () => {
    const [database, table] = ['d'.repeat(256), 't'.repeat(1024)]
    await sr.sql.query(
      `CREATE DATABASE ${database}; CREATE TABLE ${database}.${table} (k INT) DUPLICATE KEY(k) ${hashedByK}`,
    )
    expect(await sr.refusal(`CREATE DATABASE ${database}d`)).toContain('Incorrect database name')
    expect(await sr.refusal('CREATE DATABASE `a b`')).toContain("Incorrect database name 'a b'")
    expect(await sr.refusal(`CREATE TABLE ${table}t (k INT) DUPLICATE KEY(k) ${hashedByK}`)).toContain(
      'Incorrect table name',
    )
  })

  it('tells tables apart by case, and columns not', async () => {
    await sr.sql.query(
      `CREATE TABLE Cased (k INT) PRIMARY KEY(k) ${hashedByK}; CREATE TABLE cased (k INT, V INT) PRIMARY KEY(k) ${hashedByK}; INSERT INTO cased VALUES (1, 2)`,
    )
    expect(await sr.rows('SELECT K, v FROM cased')).toEqual([[1, 2]])
    expect(await sr.rows('SELECT count(*) FROM Cased')).toEqual([['0']])
  })
})
