import { gzipSync } from 'node:zlib'
import { describe, expect, it, vi } from 'vitest'
import { RunningStandIn } from './support/running-stand-in.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const versions = ['3.1', '3.3', '3.5', '4.0', '4.1']

/** What each version says and can do, asked through its ports. */
async function asked(version: string): Promise<Readonly<Record<string, unknown>>> {
  await using sr = await RunningStandIn.start(['--version', version])
  await sr.sql.query('CREATE DATABASE d; USE d')
  const works = async (sql: string): Promise<boolean> =>
    await sr.sql.query(sql).then(
      () => true,
      () => false,
    )
  const create = (name: string, column: string): string =>
    `CREATE TABLE ${name} (k INT, v ${column}) PRIMARY KEY(k) DISTRIBUTED BY HASH(k) PROPERTIES("replication_num" = "1")`
  await sr.sql.query(create('t', 'INT'))
  const multi = await sr.txn('begin', { label: 'm', transaction_type: 'multi', table: 't' })
  const merged = await sr.load('t', '1\t1\n', {
    enable_merge_commit: 'true',
    merge_commit_interval_ms: '10',
    merge_commit_parallel: '1',
    label: 'merged',
  })
  const [[current], [mysqlVersion]] = [await sr.rows('SELECT current_version()'), await sr.rows('SELECT version()')]
  return {
    current: String(current),
    mysqlVersion: String(mysqlVersion),
    decimal256: await works(create('big', 'DECIMAL(40, 2)')),
    renameColumn: await works('ALTER TABLE t RENAME COLUMN v TO w'),
    sqlTransactions: await works('BEGIN'),
    multiTable: multi['TxnId'] === undefined && multi['Status'] === 'OK',
    mergeCommit: merged['Status'] === 'Success' && merged['Label'] !== 'merged',
    preparedStatements: await sr.sql.execute('SELECT 1').then(
      () => true,
      () => false,
    ),
    fastSchemaEvolution: await addsAtOnce(sr),
  }
}

/** Whether ADD COLUMN is done when it returns. */
async function addsAtOnce(sr: RunningStandIn): Promise<boolean> {
  // A server that has no multi-table transactions has begun an ordinary one, which an ALTER waits for.
  await sr.txn('rollback', { label: 'm' })
  await sr.sql.query('ROLLBACK').catch(() => undefined)
  await sr.sql.query('ALTER TABLE t ADD COLUMN later INT')
  return (await sr.rows('DESC t')).some(([name]) => name === 'later')
}

const expected: Readonly<Record<string, readonly unknown[]>> = {
  // current_version(), version(), DECIMAL(40), RENAME COLUMN, BEGIN, multi-table, merge commit, prepared, fast evolution
  '3.1': ['3.1.17-57a4d1f', '5.1.0', false, false, false, false, false, false, false],
  '3.3': ['3.3.20-57a4d1f', '8.0.33', false, true, false, false, false, true, true],
  '3.5': ['3.5.9-57a4d1f', '8.0.33', false, true, true, false, true, true, true],
  '4.0': ['4.0.2-57a4d1f', '8.0.33', true, true, true, true, true, true, true],
  '4.1': ['4.1.0-57a4d1f', '8.0.33', true, true, true, true, true, true, true],
}

describe('versions (starrocks.md 2.1, 2.3, 4, 5, 6)', () => {
  it.each(versions)('%s says what it is, and has what it has', async (version) => {
    expect(Object.values(await asked(version))).toEqual(expected[version])
  })

  it('knows compressed JSON from 3.2.7, and merge_condition of partial updates from 3.1.3 (1.2, 3)', async () => {
    const replies = async (version: string): Promise<unknown[]> => {
      await using sr = await RunningStandIn.start(['--version', version])
      await sr.sql
        .query(`CREATE DATABASE d; USE d; CREATE TABLE t (k INT, v INT, w INT) PRIMARY KEY(k) DISTRIBUTED BY HASH(k)
        PROPERTIES("replication_num" = "1")`)
      const json = await sr.load('t', gzipSync('{"k":1,"v":1,"w":1}'), { format: 'json', compression: 'gzip' })
      const partial = { columns: 'k,v', partial_update: 'true', merge_condition: 'v' }
      return [json['Status'], (await sr.load('t', '1\t2\n', partial))['Status']]
    }
    expect(await replies('3.1.2')).toEqual(['Fail', 'Fail'])
    expect(await replies('3.2.7')).toEqual(['Success', 'Success'])
  })

  it('knows prepared_timeout from 3.5.4 (2)', async () => {
    await using before = await RunningStandIn.start(['--version', '3.5.3'])
    await using since = await RunningStandIn.start(['--version', '3.5.4'])
    for (const sr of [before, since]) {
      await sr.sql.query(
        `CREATE DATABASE d; CREATE TABLE d.t (k INT) PRIMARY KEY(k) DISTRIBUTED BY HASH(k) PROPERTIES("replication_num" = "1")`,
      )
      await sr.txn('begin', { label: 'p', table: 't' })
      await sr.txn('load', { label: 'p', table: 't' }, '1\n')
      expect(await sr.txn('prepare', { label: 'p', prepared_timeout: '0.1' })).toMatchObject({ Status: 'OK' })
    }
    await expect.poll(() => since.state('p'), { timeout: 5000 }).toBe('ABORTED')
    expect(await before.state('p')).toBe('PREPARED')
  })

  it('refuses what is no version', async () => {
    await expect(RunningStandIn.start(['--version', 'four'])).rejects.toThrow('ended with 2')
  })
})
