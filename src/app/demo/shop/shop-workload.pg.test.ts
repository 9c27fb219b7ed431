import { expect, test } from 'vitest'
import { systemClock } from '../../system-clock.ts'
import { openDatabase, type TestDatabase } from '../../../../test/support/postgres.ts'
import { waitFor } from '../../../../test/support/wait-for.ts'
import { createShop } from './create-shop.ts'
import { FIRST_BALANCE } from './shop-data.ts'
import { openShop } from './shop-workload.ts'

/** The workload works against a real server, so in real time. */
const CLOCK = systemClock()

async function fill(database: TestDatabase, seed: number, scale: number) {
  const client = await database.connect()
  try {
    return await createShop(client, { seed, scale })
  } finally {
    await client.end()
  }
}

test('a busy shop does every kind of change, and money is neither made nor lost', async () => {
  await using database = await openDatabase()
  const size = await fill(database, 7, 0.02)
  const sumOf = async () =>
    (await database.query('select sum(balance)::int as sum, count(*)::int as count from accounts'))[0]
  const expected = { sum: size.accounts * FIRST_BALANCE, count: size.accounts }

  await using shop = await openShop({ url: database.url, size, seed: 7, clock: CLOCK, transactionsPerSecond: 400 })
  await waitFor(
    async () => {
      expect(await sumOf()).toEqual(expected)
      const { addedTables, truncates, largeTransactions, ...others } = shop.counts
      return (
        [addedTables, truncates, largeTransactions].every((count) => count > 0) &&
        others.transactions > 500 &&
        others.keyChanges > 0 &&
        others.untouchedLargeValues > 0 &&
        others.rollbacks > 0 &&
        others.savepoints > 0
      )
    },
    { timeoutMs: 30_000, describe: () => `every kind of change: ${JSON.stringify(shop.counts)}` },
  )
  const done = await shop.close()
  expect(done.inserts).toBeGreaterThan(0)
  expect(done.updates).toBeGreaterThan(0)
  expect(done.deletes).toBeGreaterThan(0)
  expect(await sumOf()).toEqual(expected)
  expect(await database.query('select 1 from promotions limit 1')).toHaveLength(1)
})

test('what must happen at least once happens even in a shop that closes at once', async () => {
  await using database = await openDatabase()
  const size = await fill(database, 1, 0.01)
  await using shop = await openShop({ url: database.url, size, seed: 1, clock: CLOCK, sessions: 1 })
  expect(await shop.close()).toMatchObject({ addedTables: 1, truncates: 1, largeTransactions: 1 })
})

test('the same seed opens the same shop', async () => {
  await using one = await openDatabase()
  await using two = await openDatabase()
  await fill(one, 42, 0.01)
  await fill(two, 42, 0.01)
  const digest = `select md5(string_agg(t::text, '|' order by t.sku)) as digest, count(*)::int as rows from products as t`
  expect(await one.query(digest)).toEqual(await two.query(digest))
})
