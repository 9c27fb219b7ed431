import { tmpdir } from 'node:os'
import { expect, test } from 'vitest'
import type { ChangeHandler } from '../../../core/change-stream.ts'
import { parseLsn } from '../../../core/lsn.ts'
import { realClock } from '../../../../test/support/real-clock.ts'
import { openDatabase, type TestDatabase } from '../../../../test/support/postgres.ts'
import { RecordedChanges } from '../../../../test/support/recorded-changes.ts'
import { waitFor } from '../../../../test/support/wait-for.ts'
import { openReplicationStream, type ReplicationStream, type ReplicationStreamOptions } from './replication-stream.ts'

const SPOOL = { directory: tmpdir(), memoryBytes: 8 * 1024 * 1024 }

async function createSlot(database: TestDatabase, publication = 'for all tables'): Promise<void> {
  await database.query(`create publication changes ${publication}`)
  await database.query(`select pg_create_logical_replication_slot($1, 'pgoutput')`, [database.name])
}

async function stream(
  database: TestDatabase,
  handler: ChangeHandler,
  options: Partial<ReplicationStreamOptions> = {},
): Promise<ReplicationStream> {
  return openReplicationStream(
    {
      connection: { connectionString: database.url },
      slot: database.name,
      publications: ['changes'],
      spool: SPOOL,
      ...options,
    },
    handler,
    { clock: realClock },
  )
}

/** Waits until the stream has delivered everything that is committed now. */
async function caughtUp(database: TestDatabase, recorded: RecordedChanges): Promise<void> {
  const [row] = await database.query<{ lsn: string }>('select pg_current_wal_insert_lsn()::text as lsn')
  const position = parseLsn(row?.lsn ?? '')
  await waitFor(() => recorded.idleAt >= position || (recorded.commits.at(-1) ?? 0n) >= position, {
    describe: 'the stream to catch up',
  })
}

test('delivers inserts, updates and deletes as whole transactions', async () => {
  await using database = await openDatabase()
  await database.query('create table items (id int primary key, name text)')
  await createSlot(database)
  const recorded = new RecordedChanges()
  {
    await using _stream = await stream(database, recorded)
    await database.query(`insert into items values (1, 'añ☃😀'), (2, null)`)
    await database.query(`update items set name = '' where id = 2`)
    await database.query(`update items set id = 3 where id = 2`)
    await database.query('delete from items where id = 1')
    await caughtUp(database, recorded)
  }
  expect(recorded.changes.map((change) => ({ ...change, xid: undefined }))).toMatchInlineSnapshot(`
    [
      {
        "tag": "begin",
        "xid": undefined,
      },
      {
        "columns": [
          "id",
          "name",
        ],
        "table": "public.items",
        "tag": "relation",
        "xid": undefined,
      },
      {
        "row": {
          "id": "1",
          "name": "añ☃😀",
        },
        "table": "public.items",
        "tag": "insert",
        "xid": undefined,
      },
      {
        "row": {
          "id": "2",
          "name": null,
        },
        "table": "public.items",
        "tag": "insert",
        "xid": undefined,
      },
      {
        "tag": "commit",
        "xid": undefined,
      },
      {
        "tag": "begin",
        "xid": undefined,
      },
      {
        "old": {},
        "oldKind": "none",
        "row": {
          "id": "2",
          "name": "",
        },
        "table": "public.items",
        "tag": "update",
        "xid": undefined,
      },
      {
        "tag": "commit",
        "xid": undefined,
      },
      {
        "tag": "begin",
        "xid": undefined,
      },
      {
        "old": {
          "id": "2",
          "name": null,
        },
        "oldKind": "key",
        "row": {
          "id": "3",
          "name": "",
        },
        "table": "public.items",
        "tag": "update",
        "xid": undefined,
      },
      {
        "tag": "commit",
        "xid": undefined,
      },
      {
        "tag": "begin",
        "xid": undefined,
      },
      {
        "old": {
          "id": "1",
          "name": null,
        },
        "oldKind": "key",
        "table": "public.items",
        "tag": "delete",
        "xid": undefined,
      },
      {
        "tag": "commit",
        "xid": undefined,
      },
    ]
  `)
  await database.dropReplication()
})
