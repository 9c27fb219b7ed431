import { integerBetween } from './seeded-random.ts'
import type { ShopSession } from './shop-session.ts'

/** One thing that happens in the shop: a transaction. */
export type ShopAction = (session: ShopSession) => Promise<'rollback' | void>

const among = (session: ShopSession, count: number): number => integerBetween(session.random, 1, count)

/** A few different numbers in ascending order: sessions that lock rows in one order meet few deadlocks. */
function someOf(session: ShopSession, howMany: number, count: number): readonly number[] {
  const chosen = new Set(Array.from({ length: howMany }, () => among(session, count)))
  return [...chosen].toSorted((a, b) => a - b)
}

/** An order with its items: rows of four tables in one transaction. */
export const placeOrder: ShopAction = async (session) => {
  const { size, last } = session.floor
  const customer = among(session, size.customers)
  const numbers = someOf(session, among(session, 5), size.products)
  const products = await session.run(
    'update products set stock = stock - 1 where number = any($1) returning sku, price',
    [numbers],
  )
  const [order] = await session.run(
    `insert into orders (customer_id, total, note, placed_from) values ($1, $2, $3, $4) returning id::int as id`,
    [customer, (session.random() * 900).toFixed(2), null, `192.168.${among(session, 250)}.${among(session, 250)}`],
  )
  const id = Number(order?.['id'])
  last.order = Math.max(last.order, id)
  for (const [index, product] of products.entries()) {
    await session.run(
      'insert into order_items (order_id, line_no, sku, quantity, unit_price) values ($1, $2, $3, $4, $5)',
      [id, index + 1, product['sku'], among(session, 4), product['price']],
    )
  }
  await session.run('update customers set credit = credit - 1, last_seen_at = now() where id = $1', [customer])
}

/** One row changes. */
export const shipOrder: ShopAction = async (session) => {
  await session.run(`update orders set status = 'shipped', shipped_at = now() where id = $1 and status <> 'shipped'`, [
    among(session, session.floor.last.order),
  ])
}

/** An order goes with its items. */
export const cancelOrder: ShopAction = async (session) => {
  const id = among(session, session.floor.last.order)
  await session.run('delete from order_items where order_id = $1', [id])
  await session.run('delete from orders where id = $1', [id])
}

/** Money moves between two accounts; the sum over all of them never changes. */
export const transfer: ShopAction = async (session) => {
  const [from, to] = someOf(session, 2, session.floor.size.accounts)
  if (from === undefined || to === undefined) return
  const sum = integerBetween(session.random, -100, 100)
  const sql = 'update accounts set balance = balance + $2, moved_at = now() where id = $1'
  await session.run(sql, [from, -sum])
  await session.run(sql, [to, sum])
}

/** Changes a document beside its large values, which the stream then does not carry. */
export const editDocument: ShopAction = async (session) => {
  const before = session.pending.updates
  await session.run(`update documents set version = version + 1, title = $2, edited_at = now() where id = $1`, [
    among(session, session.floor.size.documents),
    `Document, edited by ${among(session, 1000)}`,
  ])
  session.pending.untouchedLargeValues += session.pending.updates - before
}

/** A document gets another large text. */
export const rewriteDocument: ShopAction = async (session) => {
  await session.run(
    `update documents set version = version + 1,
       body = (select string_agg(md5($2::text || i), '') from generate_series(1, $3) as i) where id = $1`,
    [among(session, session.floor.size.documents), session.random(), 50 + among(session, 600)],
  )
}

/** A document moves to another key and keeps its large values: an update of a key with values left out. */
export const renumberDocument: ShopAction = async (session) => {
  const id = among(session, session.floor.size.documents)
  const before = session.pending.updates
  const there = 1_000_000 + id
  await session.run(
    `update documents set id = case id when $1 then $2 else $1 end
     where id = (select max(id) from documents where id in ($1, $2))`,
    [id, there],
  )
  session.pending.keyChanges += session.pending.updates - before
  session.pending.untouchedLargeValues += session.pending.updates - before
}

/** Two products exchange their keys within one transaction. */
export const swapSkus: ShopAction = async (session) => {
  const [first, second] = someOf(session, 2, session.floor.size.products)
  if (first === undefined || second === undefined) return
  const rows = await session.run(
    'select number, sku from products where number in ($1, $2) order by number for update',
    [first, second],
  )
  const [one, two] = rows
  if (one === undefined || two === undefined) return
  const rename = 'update products set sku = $2 where number = $1'
  await session.run(rename, [first, `SWAP-${first}-${second}`])
  await session.run(rename, [second, one['sku']])
  await session.run(rename, [first, two['sku']])
  session.pending.keyChanges += 3
}

/** A visit changes its region: its row moves to another partition, and its key changes. */
export const moveVisit: ShopAction = async (session) => {
  const before = session.pending.updates
  await session.run(
    `update visits set region = case region when 'eu' then 'us' when 'us' then 'africa' else 'eu' end where id = $1`,
    [among(session, session.floor.last.visit)],
  )
  session.pending.keyChanges += session.pending.updates - before
}
