import type { BenchDatabase } from '../support/source.ts'

/** The rows that `reference` figures are about: 9 columns, 243 bytes as COPY text. */
export const ORDERS = `
  create table orders (id bigint primary key, customer_id bigint not null, product_id int not null,
    amount numeric(12,2) not null, created_at timestamptz not null, paid boolean not null,
    status text not null, note text not null, payload jsonb not null)`

const ORDER_COLUMNS = `
  i, i * 7 % 100000, (i % 5000)::int, ((i * 137 % 1000000) / 100.0)::numeric(12,2),
  timestamptz '2026-01-01 00:00:00+00' + i * interval '1.234567 second', i % 3 = 0,
  (array['new','paid','packed','shipped','delivered'])[1 + i % 5],
  'note about order number ' || i || ': leave it at the door, ring twice',
  jsonb_build_object('sku', 'A-' || i % 5000, 'qty', i % 9, 'tags', jsonb_build_array('x', 'y'), 'gift', i % 2 = 0,
    'channel', 'web shop', 'coupon', null, 'weight', i % 40 * 0.25)`

/** Rows for `orders` with ids in this range. */
export const orderRows = (from: string, to: string): string =>
  `select ${ORDER_COLUMNS} from generate_series((${from})::bigint, (${to})::bigint) i`

/** WAL that every reader of a scenario replays. */
export interface Segment {
  readonly name: string
  readonly what: string
  /** Makes tables and the rows that are there before. */
  prepare(database: BenchDatabase, rows: number): Promise<void>
  /** Writes `rows` row changes; `first` counts those that were written before. */
  write(database: BenchDatabase, first: number, rows: number): Promise<void>
  /** One transaction: there is no steady state, the whole is measured. */
  readonly whole: boolean
}

const ROWS_PER_TRANSACTION = 1000

/** Runs a statement in transactions of 1000 rows; `a` and `b` are the first and last row. */
const inTransactions = (first: number, rows: number, statement: string): string => `
  do $$ declare a bigint; b bigint; begin
    for n in 0 .. ${Math.ceil(rows / ROWS_PER_TRANSACTION) - 1} loop
      a := ${first} + n * ${ROWS_PER_TRANSACTION} + 1; b := a + ${ROWS_PER_TRANSACTION - 1};
      ${statement};
      commit;
    end loop;
  end $$`

const onOrders = (name: string, filled: boolean, statement: string): Segment => ({
  name,
  what: `${name} into orders, 1000 rows a transaction`,
  whole: false,
  prepare: async (database, rows) => {
    await database.query(ORDERS)
    if (filled) await database.query(`insert into orders ${orderRows('1', String(rows))}`)
    await database.query('vacuum analyze orders')
  },
  write: async (database, first, rows) => {
    await database.query(inTransactions(first, rows, statement))
  },
})

const mixed: Segment = {
  name: 'mixed',
  what: '4 tables, 4 rows a transaction: three updates and an insert, as pgbench',
  whole: false,
  prepare: async (database) => {
    await database.query(`
      create table branches (bid int primary key, balance int not null, filler char(88));
      create table tellers (tid int primary key, bid int, balance int not null, filler char(84));
      create table accounts (aid int primary key, bid int, balance int not null, filler char(84));
      create table history (hid bigint primary key, tid int, bid int, aid int, delta int, mtime timestamp, filler char(22));
      insert into branches select i, 0, '' from generate_series(1, 10) i;
      insert into tellers select i, 1 + i % 10, 0, '' from generate_series(1, 100) i;
      insert into accounts select i, 1 + i % 10, 0, '' from generate_series(1, 100000) i`)
    await database.query('vacuum analyze')
  },
  write: async (database, first, rows) => {
    await database.query(`
      do $$ begin
        for n in ${first / 4 + 1} .. ${(first + rows) / 4} loop
          update accounts set balance = balance + n % 5000 where aid = 1 + n::bigint * 7919 % 100000;
          update tellers set balance = balance + n % 5000 where tid = 1 + n % 100;
          update branches set balance = balance + n % 5000 where bid = 1 + n % 10;
          insert into history values (n, 1 + n % 100, 1 + n % 10, n % 100000, n % 5000, '2026-11-01 12:00:00', '');
          commit;
        end loop;
      end $$`)
  },
}

const oneTransaction: Segment = {
  name: 'one transaction',
  what: 'inserts into orders, all in one transaction',
  whole: true,
  prepare: async (database) => {
    await database.query(ORDERS)
  },
  write: async (database, first, rows) => {
    await database.query(`insert into orders ${orderRows(String(first + 1), String(first + rows))}`)
  },
}

/** What CDC is measured with. */
export const SEGMENTS: readonly Segment[] = [
  onOrders('inserts', false, `insert into orders ${orderRows('a', 'b')}`),
  onOrders('updates', true, `update orders set status = 'returned', amount = amount + 1 where id between a and b`),
  onOrders('deletes', true, 'delete from orders where id between a and b'),
  mixed,
  oneTransaction,
]
