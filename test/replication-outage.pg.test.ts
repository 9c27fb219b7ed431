import { tmpdir } from 'node:os'
import pg from 'pg'
import { expect, test } from 'vitest'
import { startPostgres, type EmbeddedPostgres } from '../src/app/demo/embedded-postgres.ts'
import { openReplicationStream, type ReplicationStream } from '../src/source/postgres/wire/replication-stream.ts'
import type { ChangeHandler } from '../src/core/change-stream.ts'
import { ZERO_LSN } from '../src/core/lsn.ts'
import { realClock } from './support/real-clock.ts'
import { RecordedChanges } from './support/recorded-changes.ts'
import { waitFor } from './support/wait-for.ts'

async function query(url: string, ...statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    for (const statement of statements) await client.query(statement)
  } finally {
    await client.end()
  }
}

const open = (server: EmbeddedPostgres, handler: ChangeHandler): Promise<ReplicationStream> =>
  openReplicationStream(
    {
      connection: { connectionString: server.url },
      slot: 'outage',
      publications: ['changes'],
      spool: { directory: tmpdir(), memoryBytes: 1024 * 1024 },
    },
    handler,
    { clock: realClock },
  )

const SETUP = [
  'create table items (id int)',
  'create publication changes for all tables',
  `select pg_create_logical_replication_slot('outage', 'pgoutput')`,
]

test('says that the server has gone, and that it has removed WAL which the slot needed', async () => {
  await using server = await startPostgres({
    settings: { max_slot_wal_keep_size: '1MB', min_wal_size: '32MB', max_wal_size: '32MB' },
  })
  await query(server.url, ...SETUP)
  {
    await using stream = await open(server, new RecordedChanges())
    await server.restart({ mode: 'immediate' })
    await expect(stream.ended).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE' })
  }
  {
    await using stream = await open(server, new RecordedChanges())
    expect(stream.startedAt).toBeGreaterThan(0n)
  }
  const filling = Array.from({ length: 6 }, () => ['insert into items values (1)', 'select pg_switch_wal()']).flat()
  await query(server.url, ...filling, 'checkpoint')
  await expect(open(server, new RecordedChanges())).rejects.toMatchObject({ code: 'SLOT_LOST' })
})

test('does not keep a server from shutting down whose changes are not confirmed', async () => {
  await using server = await startPostgres()
  await query(server.url, ...SETUP)
  const recorded = new RecordedChanges()
  await using stream = await open(server, recorded)
  await query(server.url, 'insert into items values (1)')
  await waitFor(() => recorded.commits.length === 1, { describe: 'the first row' })
  stream.confirm(recorded.commits[0] ?? ZERO_LSN)
  await query(server.url, 'insert into items values (2)')
  await waitFor(() => recorded.commits.length === 2, { describe: 'the second row' })
  const before = performance.now()
  await server.halt({ mode: 'fast' })
  expect(performance.now() - before).toBeLessThan(12_000)
  await expect(stream.ended).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE' })
})
