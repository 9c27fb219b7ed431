import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { hashedByK, oneReplica, startWithDatabase } from './support/hashed-tables.ts'
import type { RunningStandIn } from './support/running-stand-in.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let sr: RunningStandIn

beforeAll(async () => {
  sr = await startWithDatabase()
})
afterAll(async () => sr[Symbol.asyncDispose]())

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

  it('ends a job that waits for longer than alter_table_timeout_second', async () => {
    await sr.sql.query(
      'CREATE TABLE o (k INT) PRIMARY KEY(k) DISTRIBUTED BY HASH(k) PROPERTIES("replication_num" = "1", "fast_schema_evolution" = "false")',
    )
    await sr.admin('/settings?alter_table_timeout_second=0.1')
    await sr.txn('begin', { label: 'stays', table: 'o' })
    await sr.sql.query('ALTER TABLE o ADD COLUMN v INT')
    await expect.poll(async () => (await lastJob('o'))?.slice(9)).toEqual(['CANCELLED', 'Timeout', null, '0.1'])
    await sr.txn('rollback', { label: 'stays', table: 'o' })
    await sr.admin('/settings?alter_table_timeout_second=86400')
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
      `CREATE TABLE f (k INT, v INT) PRIMARY KEY(k) ${hashedByK}; INSERT INTO f VALUES (1, 2); ALTER TABLE f ADD COLUMN w INT DEFAULT "5"; ALTER TABLE f DROP COLUMN v`,
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

  it('waits for PREPARED transactions too, also with fast schema evolution', async () => {
    await sr.sql.query(`CREATE TABLE p (k INT) PRIMARY KEY(k) ${hashedByK}`)
    await sr.txn('begin', { label: 'ready', table: 'p' })
    await sr.txn('load', { label: 'ready', table: 'p' }, '1\n')
    await sr.txn('prepare', { label: 'ready' })
    await sr.sql.query('ALTER TABLE p ADD COLUMN v INT')
    await expect.poll(async () => (await lastJob('p'))?.[9]).toBe('WAITING_TXN')
    await sr.txn('commit', { label: 'ready' })
    await expect.poll(async () => (await lastJob('p'))?.[9]).toBe('FINISHED')
    expect(await sr.rows('SELECT * FROM p')).toEqual([[1, null]])
  })

  it('shows a job with the columns of StarRocks', async () => {
    const [, fields] = await sr.sql.query('SHOW ALTER TABLE COLUMN')
    expect(fields.map(({ name }) => name).join(' ')).toBe(
      'JobId TableName CreateTime FinishTime IndexName IndexId OriginIndexId SchemaVersion TransactionId State Msg Progress Timeout',
    )
  })

  it('guards the sort key, and changes it by ORDER BY', async () => {
    await sr.sql.query(
      `CREATE TABLE so (k INT, v VARCHAR(5), n INT, w INT) PRIMARY KEY(k) DISTRIBUTED BY HASH(k) ORDER BY(v, n) ${oneReplica}`,
    )
    for (const [clause, message] of [
      ['DROP COLUMN n', 'Can not drop sort column in primary data model table'],
      [
        'MODIFY COLUMN n BIGINT',
        'Can not modify sort column in primary data model table except for increasing varchar length',
      ],
      ['ORDER BY (k, n, v, w)', 'Primary key table do not support reorder table schema'],
    ]) {
      expect(await sr.refusal(`ALTER TABLE so ${clause}`)).toContain(message)
    }
    await sr.sql.query('ALTER TABLE so MODIFY COLUMN v VARCHAR(50)')
    await expect.poll(async () => (await lastJob('so'))?.[9]).toBe('FINISHED')
    await sr.sql.query('ALTER TABLE so ORDER BY (w)')
    await expect.poll(async () => String((await sr.rows('SHOW CREATE TABLE so'))[0]?.[1])).toContain('ORDER BY(`w`)')
  })

  it.each([
    ['INT', 'DOUBLE', '7', 7],
    ['FLOAT', 'DOUBLE', '0.5', 0.5],
    ['DECIMAL(9,2)', 'VARCHAR(20)', '1.50', '1.50'],
    ['INT', 'DATE', '20240102', '2024-01-02'],
    ['VARCHAR(20)', 'INT', "'42'", 42],
    ['VARCHAR(20)', 'DATE', "'2024-01-02'", '2024-01-02'],
    ['DATETIME', 'DATE', "'2024-01-02 03:04:05'", '2024-01-02'],
  ])('changes %s to %s with its rows: %s is %j', async (from, to, value, shown) => {
    await sr.sql.query(
      `DROP TABLE IF EXISTS ch FORCE; CREATE TABLE ch (k INT, v ${from}) PRIMARY KEY(k) ${hashedByK}; INSERT INTO ch VALUES (1, ${value}); ALTER TABLE ch MODIFY COLUMN v ${to}`,
    )
    await expect.poll(async () => (await lastJob('ch'))?.[9]).toBe('FINISHED')
    expect(await sr.rows('SELECT v FROM ch')).toEqual([[shown]])
  })

  it('widens types and rewrites the rows', async () => {
    await sr.sql.query(
      `CREATE TABLE m (k INT, n INT, d DATE, v VARCHAR(5)) PRIMARY KEY(k) ${hashedByK}; INSERT INTO m VALUES (1, 7, '2024-01-02', '42')`,
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
    await sr.sql.query(`CREATE TABLE IF NOT EXISTS r (k INT, v BIGINT) PRIMARY KEY(k) ${hashedByK}`)
    expect(await sr.refusal(`ALTER TABLE r ${clause}`)).toContain(message)
  })

  it('renames, swaps and truncates at once', async () => {
    await sr.sql.query(
      `CREATE TABLE a1 (k INT) PRIMARY KEY(k) ${hashedByK}; CREATE TABLE b1 (k INT, v INT) PRIMARY KEY(k) ${hashedByK}; INSERT INTO a1 VALUES (1); INSERT INTO b1 VALUES (2, 2), (3, 3)`,
    )
    await sr.sql.query('ALTER TABLE a1 SWAP WITH b1')
    expect([await sr.rows('SELECT count(*) FROM a1'), await sr.rows('SELECT * FROM b1')]).toEqual([[['2']], [[1]]])
    await sr.sql.query('ALTER TABLE b1 RENAME c1; ALTER TABLE a1 RENAME COLUMN v TO w')
    expect(await sr.rows('SELECT k FROM c1')).toEqual([[1]])
    expect(await sr.rows('SELECT w FROM a1 ORDER BY 1')).toEqual([[2], [3]])
    expect(await sr.refusal('ALTER TABLE a1 ADD COLUMN v INT')).toContain('renamed')
    expect(await sr.refusal('SELECT * FROM b1')).toContain('Unknown table')
    await sr.sql.query('ALTER TABLE c1 COMMENT = "said later"; TRUNCATE TABLE a1')
    expect(String((await sr.rows('SHOW CREATE TABLE c1'))[0]?.[1])).toContain('COMMENT "said later"')
    expect(await sr.rows('SELECT count(*) FROM a1')).toEqual([['0']])
  })

  it('lets a load that began before a swap go to its own table', async () => {
    await sr.sql.query(
      `CREATE TABLE s1 (k INT) PRIMARY KEY(k) ${hashedByK}; CREATE TABLE s2 (k INT) PRIMARY KEY(k) ${hashedByK}`,
    )
    await sr.txn('begin', { label: 'swap', table: 's1' })
    await sr.txn('load', { label: 'swap', table: 's1' }, '1\n')
    await sr.sql.query('ALTER TABLE s1 SWAP WITH s2')
    await sr.txn('commit', { label: 'swap', table: 's1' })
    expect(await sr.rows('SELECT (SELECT count(*) FROM s1), (SELECT count(*) FROM s2)')).toEqual([['0', '1']])
  })

  it('fails a commit whose table was dropped', async () => {
    await sr.sql.query(`CREATE TABLE gone (k INT) PRIMARY KEY(k) ${hashedByK}`)
    await sr.txn('begin', { label: 'gone', table: 'gone' })
    await sr.txn('load', { label: 'gone', table: 'gone' }, '1\n')
    await sr.sql.query('DROP TABLE gone FORCE')
    expect(await sr.txn('commit', { label: 'gone', table: 'gone' })).toMatchObject({
      Status: 'INTERNAL_ERROR',
      Message: expect.stringMatching(/^Fail to get tablet\. tablet_id=\d+/),
    })
  })
})
