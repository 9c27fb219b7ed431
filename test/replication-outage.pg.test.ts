import { tmpdir } from 'node:os'
import pg from 'pg'
import { expect, test } from 'vitest'
import { startPostgres } from '../src/app/demo/embedded-postgres.ts'
import { openReplicationStream, type ReplicationStream } from '../src/source/postgres/wire/replication-stream.ts'
import { realClock } from './support/real-clock.ts'
import { RecordedChanges } from './support/recorded-changes.ts'

async function query(url: string, ...statements: readonly string[]): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    for (const statement of statements) await client.query(statement)
  } finally {
    await client.end()
  }
}

test('says that the server has gone, and that it has removed WAL which the slot needed', async () => {
  await using server = await startPostgres({
    settings: { max_slot_wal_keep_size: '1MB', min_wal_size: '32MB', max_wal_size: '32MB' },
  })
  const open = (): Promise<ReplicationStream> =>
    openReplicationStream(
      {
        connection: { connectionString: server.url },
        slot: 'outage',
        publications: ['changes'],
        spool: { directory: tmpdir(), memoryBytes: 1024 * 1024 },
      },
      new RecordedChanges(),
      { clock: realClock },
    )
  await query(
    server.url,
    'create publication changes for all tables',
    `select pg_create_logical_replication_slot('outage', 'pgoutput')`,
    'create table items (id int)',
  )
  {
    await using stream = await open()
    await server.restart({ mode: 'immediate' })
    await expect(stream.ended).rejects.toMatchObject({ code: 'SOURCE_UNREACHABLE' })
  }
  {
    await using stream = await open()
    expect(stream.startedAt).toBeGreaterThan(0n)
  }
  const filling = Array.from({ length: 6 }, () => ['insert into items values (1)', 'select pg_switch_wal()']).flat()
  await query(server.url, ...filling, 'checkpoint')
  await expect(open()).rejects.toMatchObject({ code: 'SLOT_LOST' })
})
