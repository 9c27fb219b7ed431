import { expect, test } from 'vitest'
import { openDatabase } from '../../../test/support/postgres.ts'
import { openSource } from '../../../test/support/postgres-source.ts'
import { RecordedChanges } from '../../../test/support/recorded-changes.ts'
import { waitFor } from '../../../test/support/wait-for.ts'

const never = new AbortController().signal

test('streams when it is resumed, and proves that the slot is its own', async () => {
  await using database = await openDatabase()
  await database.query('create table items (id int primary key)')
  await using test = openSource(database)
  await test.source.discover()
  await test.source.ensureSlot(true)
  const recorded = new RecordedChanges()
  await using owned = await test.source.openStream(recorded, never)
  await owned.ownership.confirm()
  await database.query('insert into items values (1)')
  owned.stream.resume()
  await waitFor(() => recorded.changes.length > 0, { describe: 'the insert to arrive' })
})

test('waits for a slot that another instance reads, takes it over, and the other one knows', async () => {
  await using database = await openDatabase()
  await using first = openSource(database, { ownershipWindowMs: 200 })
  await first.source.discover()
  await first.source.ensureSlot(true)
  const active = await first.source.openStream(new RecordedChanges(), never)
  active.stream.ended.catch(() => undefined)
  await active.ownership.confirm()
  await using second = openSource(database, { ownershipWindowMs: 200 })
  const waiting = second.source.openStream(new RecordedChanges(), never)
  const told = await waitFor(() => second.signals.find((signal) => signal.tag === 'waiting-for-slot'), {
    describe: 'the second instance to wait',
  })
  await database.query('select pg_terminate_backend($1)', [told.activePid])
  {
    await using taken = await waiting
    await taken.ownership.confirm()
    await waitFor(
      () =>
        active.ownership.confirm().then(
          () => false,
          () => true,
        ),
      { describe: 'the first instance to know' },
    )
  }
  await active[Symbol.asyncDispose]()
})

test('stops waiting for a slot when it is told to', async () => {
  await using database = await openDatabase()
  await using first = openSource(database)
  await first.source.discover()
  await first.source.ensureSlot(true)
  const active = await first.source.openStream(new RecordedChanges(), never)
  await using second = openSource(database)
  const stop = new AbortController()
  const waiting = second.source.openStream(new RecordedChanges(), stop.signal)
  await waitFor(() => second.signals.some((signal) => signal.tag === 'waiting-for-slot'), { describe: 'the wait' })
  stop.abort(new Error('stop now'))
  await expect(waiting).rejects.toThrow('stop now')
  await active[Symbol.asyncDispose]()
})
