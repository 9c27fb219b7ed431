import { integerBetween } from './seeded-random.ts'
import type { ShopAction } from './shop-actions.ts'

/** A customer looks around: rows of three tables. */
export const browse: ShopAction = async (session) => {
  const { last, size } = session.floor
  const from = last.visit + 1
  last.visit += 5
  await session.run(
    `insert into visits (region, id, page, seconds) select 'eu', i, '/page/' || i % 200, $3 from generate_series($1::bigint, $2::bigint) as i`,
    [from, from + 4, Math.fround(session.random() * 100)],
  )
  last.event += 1
  await session.run(
    `insert into events (id, kind, payload) values (md5('live' || $1::text)::uuid, 'browse', jsonb_build_object('visit', $2::bigint))`,
    [last.event, from],
  )
  await session.run('insert into carts (customer_id, product_number, quantity) values ($1, $2, $3)', [
    integerBetween(session.random, 1, size.customers),
    integerBetween(session.random, 1, size.products),
    integerBetween(session.random, 1, 9),
  ])
}

/** The oldest lines of carts go. */
export const emptyCart: ShopAction = async (session) => {
  await session.run('delete from carts where id in (select id from carts order by id limit 3 for update skip locked)')
}

/** A few events are deleted, somewhere in the middle. */
export const forgetEvents: ShopAction = async (session) => {
  await session.run(
    `delete from events where id in (select id from events where id > md5($1::text)::uuid order by id limit 5 for update skip locked)`,
    [session.random()],
  )
}

/** A row is written, changed, deleted and written again in one transaction: only its last state counts. */
export const changeMind: ShopAction = async (session) => {
  const { last } = session.floor
  last.auditEntry += 1
  const entry = [last.auditEntry]
  const insert = `insert into audit (entry_no, actor, action, detail) values ($1, 'clerk', 'note', '{"final": true}')`
  await session.run(insert, entry)
  await session.run(`update audit set action = 'draft', detail = null where entry_no = $1`, entry)
  await session.run('delete from audit where entry_no = $1', entry)
  await session.run(insert, entry)
}

/** An audit entry changes its key, goes, or gets another detail. */
export const amendAudit: ShopAction = async (session) => {
  const entry = integerBetween(session.random, 1, session.floor.last.auditEntry)
  const before = session.pending.updates
  if (session.random() < 0.2) {
    await session.run('update audit set entry_no = -entry_no where entry_no = $1', [entry])
    session.pending.keyChanges += session.pending.updates - before
  } else if (session.random() < 0.3) await session.run('delete from audit where entry_no = $1', [entry])
  else
    await session.run(`update audit set detail = jsonb_build_object('after', $2::int) where entry_no = $1`, [
      entry,
      entry,
    ])
}

/** Much is done and nothing is meant. */
export const giveUp: ShopAction = async (session) => {
  const { size } = session.floor
  await session.run('update customers set credit = credit + 1000 where id = $1', [
    integerBetween(session.random, 1, size.customers),
  ])
  await session.run('delete from carts where id in (select id from carts limit 10 for update skip locked)')
  return 'rollback'
}

/** Part of a transaction is taken back, the rest is kept. */
export const reconsider: ShopAction = async (session) => {
  const customer = [integerBetween(session.random, 1, session.floor.size.customers)]
  await session.run(`update customers set is_vip = not is_vip where id = $1`, customer)
  await session.runAndTakeBack(async () => {
    await session.run('delete from customers where id = $1', customer)
    await session.run('delete from carts where customer_id = $1', customer)
  })
  await session.run(`update customers set tags = tags[1:5] || array['seen'] where id = $1`, customer)
}

/** A promotion is made or used, and sometimes deleted, once there are promotions. */
export const usePromotion: ShopAction = async (session) => {
  if (!session.floor.hasPromotions) return 'rollback'
  const code = `CODE-${integerBetween(session.random, 1, 500)}`
  await session.run(
    `insert into promotions (code, percent, valid, terms) values ($1, 10, tstzrange(now(), now() + interval '1 day'), 'Once only.')
     on conflict (code) do update set used = promotions.used + 1`,
    [code],
  )
  if (session.random() < 0.1) await session.run('delete from promotions where code = $1', [code])
  return undefined
}
