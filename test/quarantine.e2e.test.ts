import assert from 'node:assert/strict'
import { expect, it } from 'vitest'
import { openDatabase, type TestDatabase } from './support/postgres.ts'
import { runCommand } from './support/run-command.ts'
import { seededRandom } from './support/seeded-random.ts'
import { ServiceProcess, writePipelineFile } from './support/service-process.ts'
import { StandInProcess } from './support/stand-in-process.ts'
import { makeAccounts, TotalReader, Transfers, untilStreaming } from './support/transfers.ts'
import { expectEqual, untilCaughtUp } from './support/until-equal.ts'
import { waitFor } from './support/wait-for.ts'

/** One way in which a single table cannot go on. */
interface Trouble {
  readonly table: string
  /** What the source does. */
  readonly does: string
  readonly code: string
  readonly reason: RegExp
  readonly rowKey?: string | undefined
  /** What a person does about it before asking for the copy. */
  readonly mend: string
}

const TROUBLES: readonly Trouble[] = [
  {
    table: 'times',
    does: `insert into times values (7, 'infinity')`,
    code: 'ROW_REJECTED',
    reason: /column at: .*infinity/i,
    rowKey: '7',
    mend: `update times set at = '2026-01-01' where id = 7`,
  },
  {
    table: 'long_texts',
    does: `insert into long_texts values (8, repeat('x', 1048577))`,
    code: 'ROW_REJECTED',
    reason: /column v|too long|bytes/i,
    rowKey: '8',
    mend: 'delete from long_texts where id = 8',
  },
  {
    table: 'growing',
    does: 'alter table growing add column more text; insert into growing values (9, 1, $$new$$)',
    code: 'TABLE_SHAPE_CHANGED',
    reason: /more/,
    mend: 'select 1',
  },
]

it('takes a table that cannot go on out alone, says why, and brings it back when it is mended', async () => {
  const { random, seed } = seededRandom()
  await using source = await openDatabase()
  await using standIn = await StandInProcess.start()
  const { name } = source
  await makeAccounts(source)
  await source.query('create table times (id int primary key, at timestamptz)')
  await source.query('create table long_texts (id int primary key, v text)')
  await source.query('create table growing (id int primary key, n int)')
  await source.query('insert into growing values (1, 1)')
  await using file = await writePipelineFile({ sourceUrl: source.url, standIn, database: name })
  await using service = new ServiceProcess(file.path)
  const story = () => service.story
  await untilStreaming(standIn, { database: name, tables: 5, story })
  await using transfers = new Transfers(source, random)
  await using reader = new TotalReader(standIn, name)
  for (const trouble of TROUBLES) {
    // The bad row and a good one of another table stand in one transaction: the other table goes on with it.
    await source.query(`begin; ${trouble.does}; update checking set note = '${trouble.table}' where id = 1; commit`)
    await expectQuarantined(trouble, standIn, name, story)
    await untilCaughtUp(source, standIn, service)
    const [row] = await standIn.query(`select note from ${name}.checking where id = 1`)
    expect(row).toEqual({ note: trouble.table })
    await mended(trouble, source, { standIn, file: file.path, story })
  }
  await transfers[Symbol.asyncDispose]()
  await untilCaughtUp(source, standIn, service)
  await reader[Symbol.asyncDispose]()
  assert.deepEqual([...new Set(reader.wrong)], [], `seed ${seed}`)
  await expectEqual(source, standIn, ['checking', 'savings', ...TROUBLES.map(({ table }) => table)])
  await service[Symbol.asyncDispose]()
  await source.dropReplication()
})

it('never quarantines a table for a trouble that passes', async () => {
  await using source = await openDatabase()
  await using standIn = await StandInProcess.start()
  const { name } = source
  await source.query('create table t (id int primary key)')
  await using file = await writePipelineFile({ sourceUrl: source.url, standIn, database: name })
  await using service = new ServiceProcess(file.path)
  const story = () => service.story
  await untilStreaming(standIn, { database: name, tables: 1, story })
  const text = 'Memory of process exceed limit. Used: 1, Limit: 1.'
  await standIn.faults([
    { match: { path: 'commit' }, action: 'too-many-versions', times: 2 },
    { match: { path: 'commit', after: 2 }, action: 'fail', text, times: 2 },
    { match: { path: 'load' }, action: 'cut-before', times: 2 },
  ])
  await source.query('insert into t select generate_series(1, 100)')
  await untilCaughtUp(source, standIn, service)
  expect(await standIn.query(`select state from ${name}._sync_tables`)).toEqual([{ state: 'streaming' }])
  await expectEqual(source, standIn, ['t'])
  await service[Symbol.asyncDispose]()
  await source.dropReplication()
})

async function expectQuarantined(
  trouble: Trouble,
  standIn: StandInProcess,
  database: string,
  story: () => string,
): Promise<void> {
  const record = await waitFor(
    async () => {
      const rows = await standIn.query(`select * from ${database}._sync_tables`)
      return rows.find((row) => row['source_table'] === `public.${trouble.table}` && row['state'] === 'quarantined')
    },
    { timeoutMs: 15_000, describe: () => `${trouble.table}: ${story()}` },
  )
  const details = JSON.stringify(record)
  expect(details).toMatch(trouble.reason)
  expect(details).toContain(trouble.code)
  expect(details).toMatch(/[0-9A-F]+\/[0-9A-F]+|sinceLsn|since_lsn/)
  if (trouble.rowKey !== undefined) assert.match(details, new RegExp(`"?${trouble.rowKey}\\\\?"`), details)
}

async function mended(
  trouble: Trouble,
  source: TestDatabase,
  around: { readonly standIn: StandInProcess; readonly file: string; readonly story: () => string },
): Promise<void> {
  await source.query(trouble.mend)
  const answer = await runCommand(['resync', `public.${trouble.table}`, '--config', around.file, '--wait'])
  assert.equal(answer.code, 0, `${answer.text}\n${around.story()}`)
}
