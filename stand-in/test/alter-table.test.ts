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

  it('cancels a job that waits, and none that is over', async () => {
    await sr.sql.query(
      'CREATE TABLE c (k INT) PRIMARY KEY(k) DISTRIBUTED BY HASH(k) PROPERTIES("replication_num" = "1", "fast_schema_evolution" = "false")',
    )
    await sr.txn('begin', { label: 'holds', table: 'c' })
    await sr.sql.query('ALTER TABLE c ADD COLUMN v INT')
    await expect.poll(async () => (await lastJob('c'))?.[9]).toBe('WAITING_TXN')
    await sr.sql.query('CANCEL ALTER TABLE COLUMN FROM c')
    expect((await lastJob('c'))?.[9]).toBe('CANCELLED')
    await sr.txn('rollback', { label: 'holds', table: 'c' })
    await sr.sql.query('ALTER TABLE c ADD COLUMN v INT')
    await expect.poll(async () => (await lastJob('c'))?.[9]).toBe('FINISHED')
    expect(await sr.rows('DESC c')).toHaveLength(2)
    expect(await sr.refusal('CANCEL ALTER TABLE COLUMN FROM c')).toMatch(/not under schema change|can not be cancelled/)
  })

  it('lets loads go on that begin while a job waits, and knows columns in any case', async () => {
    await sr.sql.query(
      'CREATE TABLE l (k INT) PRIMARY KEY(k) DISTRIBUTED BY HASH(k) PROPERTIES("replication_num" = "1", "fast_schema_evolution" = "false")',
    )
    await sr.txn('begin', { label: 'first', table: 'l' })
    await sr.sql.query('ALTER TABLE l ADD COLUMN V INT')
    await expect.poll(async () => (await lastJob('l'))?.[9]).toBe('WAITING_TXN')
    expect(await sr.load('l', '1\n')).toMatchObject({ Status: 'Success' })
    await sr.txn('rollback', { label: 'first', table: 'l' })
    await expect.poll(async () => (await lastJob('l'))?.[9]).toBe('FINISHED')
    expect(await sr.rows('SELECT K, v FROM l')).toEqual([[1, null]])
    expect(await sr.refusal('ALTER TABLE l ADD COLUMN v INT')).toContain('already exists')
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
