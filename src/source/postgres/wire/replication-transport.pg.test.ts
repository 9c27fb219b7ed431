import { expect, test } from 'vitest'
import { openDatabase } from '../../../../test/support/postgres.ts'
import { RecordedChanges } from '../../../../test/support/recorded-changes.ts'
import { caughtUp, createSlot, openStream, recordWhile } from '../../../../test/support/replication.ts'
import { startTlsProxy } from '../../../../test/support/tls-proxy.ts'

test('reads the same over TCP, over the unix socket and over TLS', async () => {
  await using database = await openDatabase()
  await database.query('create table items (id int primary key, name text)')
  const [folder] = await database.query<{ unix_socket_directories: string }>('show unix_socket_directories')
  const url = new URL(database.url)
  await using proxy = await startTlsProxy(url.hostname, Number(url.port))
  const tcp = {
    host: url.hostname,
    port: Number(url.port),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: database.name,
  }
  const unix = { ...tcp, host: folder?.unix_socket_directories ?? '' }
  const tls = { ...tcp, port: proxy.port, ssl: proxy.ssl }
  const seen: unknown[] = []
  for (const connection of [tcp, unix, tls]) {
    await database.query('truncate items')
    const recorded = new RecordedChanges()
    const work = async (): Promise<void> => {
      await database.query(`insert into items select i, repeat('x', i % 50) from generate_series(1, 3000) i`)
      await database.query(`update items set name = repeat('y', 3000000) where id = 7`)
      await database.query('delete from items')
    }
    await recordWhile(database, recorded, work, { connection })
    seen.push(recorded.rows)
  }
  expect(seen[0]).toHaveLength(6001)
  expect(seen[1]).toEqual(seen[0])
  expect(seen[2]).toEqual(seen[0])
})

test('holds the stream while paused over TLS too', async () => {
  await using database = await openDatabase()
  await database.query('create table items (id int primary key, body text)')
  const url = new URL(database.url)
  await using proxy = await startTlsProxy(url.hostname, Number(url.port))
  url.port = String(proxy.port)
  await createSlot(database)
  const recorded = new RecordedChanges()
  {
    const connection = { connectionString: url.href, ssl: proxy.ssl }
    await using stream = await openStream(database, recorded, { connection })
    let held = false
    recorded.onChange = () => {
      expect(held).toBe(false)
      if (recorded.changes.length % 1000 !== 0) return
      held = true
      stream.pause()
      setTimeout(() => {
        held = false
        stream.resume()
      }, 2)
    }
    await database.query(`insert into items select i, repeat('x', 100) from generate_series(1, 20000) i`)
    await caughtUp(database, recorded)
  }
  expect(recorded.rows).toHaveLength(20_000)
  await database.dropReplication()
})

test.each([1, 2, 3, 4] as const)('speaks protocol version %d', async (protocol) => {
  await using database = await openDatabase()
  await database.query('create table items (id int primary key)')
  const recorded = new RecordedChanges()
  await recordWhile(database, recorded, () => database.query('insert into items values (1), (2)'), { protocol })
  expect(recorded.rows).toHaveLength(2)
})
