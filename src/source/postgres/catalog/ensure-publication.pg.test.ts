import { expect, test } from 'vitest'
import { openDatabase, type TestDatabase } from '../../../../test/support/postgres.ts'
import { connectionOf, openSource, routeOf, type TestSource } from '../../../../test/support/postgres-source.ts'

/** Row filters and column lists came with PostgreSQL 15. */
const hasFilters = Number(process.env['PG_VERSION'] || 18) >= 15

async function publications(database: TestDatabase) {
  return await database.query(
    `select pubname::text as name, puballtables as all_tables, pubviaroot as via_root,
            array(select tablename::text from pg_publication_tables t where t.pubname = p.pubname order by 1) as tables
       from pg_publication p order by pubname`,
  )
}

/** A role that may replicate and read, and owns nothing unless it is given something. */
async function createRole(database: TestDatabase): Promise<{ user: string; password: string }> {
  const role = { user: `${database.name}_sync`, password: 'secret' }
  await database.query(`create role ${role.user} login replication password '${role.password}'`)
  await database.query(`grant create on database ${database.name} to ${role.user}`)
  await database.query(`alter default privileges grant select on tables to ${role.user}`)
  return role
}

async function dropRole(database: TestDatabase): Promise<void> {
  await database.query(`drop owned by ${database.name}_sync cascade`)
  await database.query(`drop role ${database.name}_sync`)
}

async function refusals(test: TestSource) {
  const { refused } = await test.source.discover()
  return refused.map(({ table, code, remedy }) => ({ table, code, remedy }))
}

test('creates the publication with what can be published, and adds what comes later', async () => {
  await using database = await openDatabase()
  await database.query('create table first (id int primary key)')
  await using test = openSource(database)
  await test.source.discover()
  await database.query('create table second (id int primary key)')
  await database.query('create table keyless (id int)')
  const { tables } = await test.source.discover()
  expect(tables.map(({ schema }) => schema.name)).toEqual(['first', 'second'])
  expect(await publications(database)).toEqual([
    { name: 'sync', all_tables: false, via_root: true, tables: ['first', 'second'] },
  ])
})

test('does not add the children of an inheritance parent in its name', async () => {
  await using database = await openDatabase()
  await database.query('create table parent (id int primary key)')
  await database.query('create table child () inherits (parent)')
  await using test = openSource(database)
  await test.source.discover()
  expect(await publications(database)).toMatchObject([{ tables: ['parent'] }])
  await database.query('update child set id = 1')
})

test('adopts a publication of all tables', async () => {
  await using database = await openDatabase()
  await database.query('create table items (id int primary key)')
  await database.query('create publication sync for all tables')
  await using test = openSource(database)
  const { tables } = await test.source.discover()
  expect(tables.map(({ schema }) => schema.name)).toEqual(['items'])
})

test('refuses a publication that leaves operations out', async () => {
  await using database = await openDatabase()
  await database.query('create table items (id int primary key)')
  await database.query(`create publication sync for table items with (publish = 'insert')`)
  await using test = openSource(database)
  await expect(test.source.discover()).rejects.toMatchObject({
    code: 'PUBLICATION_UNUSABLE',
    message: 'publication sync does not publish update and delete',
    remedy: `ALTER PUBLICATION "sync" SET (publish = 'insert, update, delete, truncate');`,
  })
})

test.runIf(hasFilters)(
  'refuses partitioned tables of a publication that announces partitions, and filtered tables',
  async () => {
    await using database = await openDatabase()
    await database.query('create table events (id int primary key) partition by range (id)')
    await database.query('create table events_1 partition of events for values from (0) to (100)')
    await database.query('create table items (id int primary key)')
    await database.query('create publication sync for table events, items where (id > 5)')
    await using test = openSource(database)
    expect(await refusals(test)).toEqual([
      {
        table: 'public.events',
        code: 'PUBLICATION_UNUSABLE',
        remedy: 'ALTER PUBLICATION "sync" SET (publish_via_partition_root = true);',
      },
      {
        table: 'public.items',
        code: 'PUBLICATION_UNUSABLE',
        remedy:
          'ALTER PUBLICATION "sync" DROP TABLE "public"."items"; ALTER PUBLICATION "sync" ADD TABLE ONLY "public"."items"; ' +
          '-- and give the filter as "where" in the configuration',
      },
    ])
  },
)

test.runIf(hasFilters)('copies the columns of a column list, and refuses a list without the key', async () => {
  await using database = await openDatabase()
  await database.query('create table items (id int primary key, name text, secret text)')
  await database.query('create table others (id int primary key, name text)')
  await database.query(
    `create publication sync for table items (id, name), others (name) with (publish = 'insert, truncate')`,
  )
  await database.query(`alter publication sync set (publish = 'insert, update, delete, truncate')`)
  await using test = openSource(database)
  const { tables, refused } = await test.source.discover()
  expect(tables.map(({ schema }) => schema.columns.map(({ name }) => name))).toEqual([['id', 'name']])
  expect(refused).toMatchObject([{ table: 'public.others', code: 'PUBLICATION_UNUSABLE' }])
})

test('refuses a partition that is published under the name of the table above it', async () => {
  await using database = await openDatabase()
  await database.query('create table events (id int primary key) partition by range (id)')
  await database.query('create table events_1 partition of events for values from (0) to (100)')
  await database.query('create publication sync for table events with (publish_via_partition_root = true)')
  const matches = (schema: string, table: string) => (table === 'events_1' ? routeOf(schema, table) : null)
  await using test = openSource(database, { matches })
  expect(await refusals(test)).toMatchObject([{ table: 'public.events_1', code: 'PUBLICATION_UNUSABLE' }])
})

test('as a role that owns nothing: adopts, tells what it may not do and the SQL for it, and does the rest', async () => {
  await using database = await openDatabase()
  const role = await createRole(database)
  await database.query('create table theirs (id int primary key)')
  await database.query('create table published (id int primary key)')
  await database.query('create table secret (id int primary key)')
  await database.query(`revoke select on secret from ${role.user}`)
  await database.query('create table guarded (id int primary key)')
  await database.query('alter table guarded enable row level security')
  await database.query('create publication sync for table published')
  {
    await using test = openSource(database, { connection: connectionOf(database, role) })
    const { tables } = await test.source.discover()
    expect(tables.map(({ schema }) => schema.name)).toEqual(['published'])
    expect(await refusals(test)).toEqual([
      {
        table: 'public.guarded',
        code: 'SOURCE_PRIVILEGE',
        remedy: `ALTER ROLE "${role.user}" BYPASSRLS;`,
      },
      {
        table: 'public.secret',
        code: 'SOURCE_PRIVILEGE',
        remedy: `GRANT USAGE ON SCHEMA "public" TO "${role.user}"; GRANT SELECT ON "public"."secret" TO "${role.user}";`,
      },
      {
        table: 'public.theirs',
        code: 'SOURCE_PRIVILEGE',
        remedy: 'ALTER PUBLICATION "sync" ADD TABLE ONLY "public"."theirs";',
      },
    ])
  }
  await dropRole(database)
})

test('as a role that may not create a publication: says which statements to run', async () => {
  await using database = await openDatabase()
  const role = await createRole(database)
  await database.query(`revoke create on database ${database.name} from ${role.user}`)
  await database.query('create table items (id int primary key)')
  {
    await using test = openSource(database, { connection: connectionOf(database, role) })
    await expect(test.source.discover()).rejects.toMatchObject({
      code: 'SOURCE_PRIVILEGE',
      remedy: expect.stringMatching(
        /^CREATE PUBLICATION "sync" WITH \(.*publish_via_partition_root = true.*\); ALTER PUBLICATION "sync" ADD TABLE ONLY "public"."items";$/,
      ),
    })
  }
  await dropRole(database)
})

test('keeps one table that cannot be added from keeping the others out', async () => {
  await using database = await openDatabase()
  await database.query('create table free (id int primary key)')
  await database.query('create table held (id int primary key)')
  await using test = openSource(database)
  const holder = await database.connect()
  await holder.query('begin')
  await holder.query('lock table held in exclusive mode')
  const { tables, refused } = await test.source.discover()
  expect(tables.map(({ schema }) => schema.name)).toEqual(['free'])
  expect(refused).toMatchObject([{ table: 'public.held', reason: expect.stringContaining('lock timeout') }])
  await holder.query('rollback')
  expect((await test.source.discover()).refused).toEqual([])
})
