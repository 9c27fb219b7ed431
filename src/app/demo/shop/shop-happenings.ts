import { CREATE_PROMOTIONS } from './shop-schema.ts'
import type { ShopSession } from './shop-session.ts'

/** Something rare that the shop's owner does. */
export interface Happening {
  /** Milliseconds after the opening. */
  readonly firstAfterMs: number
  /** Null for what happens once. */
  readonly everyMs: number | null
  readonly run: (session: ShopSession) => Promise<void>
}

/** A table that the pipeline's pattern matches appears, with rows in it. */
async function addTable(session: ShopSession): Promise<void> {
  await session.transact(async () => {
    await session.run(CREATE_PROMOTIONS)
    await session.run(
      `insert into promotions (code, percent, terms) select 'FIRST-' || i, i % 90, null from generate_series(1, 1000) as i`,
    )
    session.pending.addedTables += 1
  })
  session.floor.hasPromotions = true
}

async function truncateCarts(session: ShopSession): Promise<void> {
  await session.transact(async () => {
    await session.run('truncate carts')
    await session.run('insert into carts (customer_id, product_number, quantity) values (1, 1, 1)')
    session.pending.truncates += 1
  })
}

/** One transaction of many rows in several tables, so large that the source streams it before its commit. */
async function repriceEverything(session: ShopSession): Promise<void> {
  await session.transact(async () => {
    await session.run('update order_items set unit_price = unit_price + 0.01 where order_id % 2 = 0')
    await session.run('update accounts set moved_at = now()')
    await session.runAndTakeBack(() => session.run(`update orders set note = 'repriced' where id % 10 = 0`))
    session.floor.last.event += 1
    await session.run(
      `insert into events (id, kind, payload)
       select md5('reprice' || $1::text || i)::uuid, 'reprice', jsonb_build_object('i', i) from generate_series(1, 2000) as i`,
      [session.floor.last.event],
    )
    session.pending.largeTransactions += 1
  })
}

/** The rare things, in the order of their first time. */
export const HAPPENINGS: readonly Happening[] = [
  { firstAfterMs: 1_000, everyMs: null, run: addTable },
  { firstAfterMs: 2_000, everyMs: 15_000, run: truncateCarts },
  { firstAfterMs: 3_000, everyMs: 20_000, run: repriceEverything },
]
