import fc from 'fast-check'
import type pg from 'pg'

/** The tables of one run: three replica identities, keys of several shapes, values that are stored out of line. */
export interface WorkloadTables {
  readonly plain: string
  readonly wide: string
  readonly full: string
}

/** A long text that is stored out of line, so that an update that leaves it alone does not send it. */
const TOASTED = `(select string_agg(md5(random()::text), '') from generate_series(1, 120))`

/** Statements that make the tables, with some rows in them. */
export function tablesSql(tables: WorkloadTables, rows: number): string {
  return `
create table ${tables.plain} (id int primary key, n numeric, note text, body text);
alter table ${tables.plain} alter column body set storage external;
insert into ${tables.plain} select i, i * 1.25, 'note ' || i, ${TOASTED} || i from generate_series(1, ${rows}) i;
create table ${tables.wide} (a text, b int, flag boolean, at timestamptz, doc jsonb, big text, primary key (a, b));
alter table ${tables.wide} alter column big set storage external;
insert into ${tables.wide} select 'k' || i % 3, i, i % 2 = 0, now(), jsonb_build_object('i', i), ${TOASTED} || i from generate_series(1, ${rows}) i;
create table ${tables.full} (id bigint primary key, v text, body text);
alter table ${tables.full} replica identity full;
alter table ${tables.full} alter column body set storage external;
insert into ${tables.full} select i, 'v' || i, ${TOASTED} || i from generate_series(1, ${rows}) i;`
}

/** One statement of a transaction, chosen freely. Keys are small so that sessions meet. */
export interface Step {
  readonly kind: keyof typeof STATEMENTS
  readonly key: number
  readonly other: number
  readonly text: string
}

/** Texts that hurt: separators, the NULL marker, quotes, line ends, characters of several bytes. */
const texts = fc.constantFrom(
  'a',
  '',
  '\\N',
  'tab\tx',
  'a\u0001b',
  'c\u0002d',
  'it\'\'s "q"',
  'line\nend\\',
  'é😀',
  'NULL',
)

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`

const STATEMENTS = {
  insertPlain: (t: WorkloadTables, s: Step) =>
    `insert into ${t.plain} values (${s.key}, ${s.other}.50, ${quoted(s.text)}, ${TOASTED}) on conflict do nothing`,
  insertWide: (t: WorkloadTables, s: Step) =>
    `insert into ${t.wide} values ('k${s.other % 3}', ${s.key}, null, clock_timestamp(), '{"a": [1, null, "x"]}', ${quoted(s.text)} || ${TOASTED}) on conflict do nothing`,
  insertFull: (t: WorkloadTables, s: Step) =>
    `insert into ${t.full} values (${s.key}, ${quoted(s.text)}, ${TOASTED}) on conflict do nothing`,
  keepPlain: (t: WorkloadTables, s: Step) =>
    `update ${t.plain} set note = ${quoted(s.text)}, n = n + 1 where id = ${s.key}`,
  keepWide: (t: WorkloadTables, s: Step) =>
    `update ${t.wide} set flag = not flag, at = clock_timestamp() where b = ${s.key}`,
  keepFull: (t: WorkloadTables, s: Step) => `update ${t.full} set v = ${quoted(s.text)} where id = ${s.key}`,
  bodyPlain: (t: WorkloadTables, s: Step) =>
    `update ${t.plain} set body = ${TOASTED} where id in (${s.key}, ${s.other})`,
  bodyWide: (t: WorkloadTables, s: Step) =>
    `update ${t.wide} set big = ${TOASTED}, doc = doc || '{"n": ${s.other}}' where b = ${s.key}`,
  movePlain: (t: WorkloadTables, s: Step) =>
    `update ${t.plain} set id = ${s.other} where id = ${s.key} and not exists (select 1 from ${t.plain} where id = ${s.other})`,
  moveWide: (t: WorkloadTables, s: Step) =>
    `update ${t.wide} set b = ${s.other} where b = ${s.key} and not exists (select 1 from ${t.wide} where b = ${s.other})`,
  moveFull: (t: WorkloadTables, s: Step) =>
    `update ${t.full} set id = ${s.other} where id = ${s.key} and not exists (select 1 from ${t.full} where id = ${s.other})`,
  swapPlain: (t: WorkloadTables, s: Step) =>
    `with swap as (select 1) update ${t.plain} set id = -${s.key} where id = ${s.key} and exists (select 1 from swap) and not exists (select 1 from ${t.plain} where id = -${s.key})`,
  unswapPlain: (t: WorkloadTables, s: Step) =>
    `update ${t.plain} set id = ${s.key} where id = -${s.key} and not exists (select 1 from ${t.plain} where id = ${s.key})`,
  deletePlain: (t: WorkloadTables, s: Step) => `delete from ${t.plain} where id = ${s.key}`,
  deleteWide: (t: WorkloadTables, s: Step) => `delete from ${t.wide} where b = ${s.key}`,
  deleteFull: (t: WorkloadTables, s: Step) => `delete from ${t.full} where id = ${s.key}`,
  manyPlain: (t: WorkloadTables, s: Step) => `update ${t.plain} set n = n + ${s.other}`,
  manyFull: (t: WorkloadTables, s: Step) =>
    `update ${t.full} set v = v || 'x', body = body || 'y' where id % 2 = ${s.other % 2}`,
  truncatePlain: (t: WorkloadTables) => `truncate ${t.plain}`,
  truncateBoth: (t: WorkloadTables) => `truncate ${t.wide}, ${t.full}`,
  savepoint: () => 'savepoint s',
  rollbackTo: () => 'rollback to savepoint s',
} as const

const KINDS = Object.keys(STATEMENTS).filter((kind): kind is keyof typeof STATEMENTS => kind in STATEMENTS)

/** Truncates are rare: they wait for everybody and leave little to compare. */
const kinds = fc.constantFrom(
  ...KINDS.flatMap((kind) => (kind.startsWith('truncate') ? [kind] : [kind, kind, kind, kind])),
)

const steps: fc.Arbitrary<Step> = fc.record({
  kind: kinds,
  key: fc.integer({ min: 1, max: 24 }),
  other: fc.integer({ min: 1, max: 24 }),
  text: texts,
})

/** A transaction of one session: its statements and how it ends. */
export interface RandomTransaction {
  readonly steps: readonly Step[]
  readonly commits: boolean
}

/** What several sessions do at the same time. */
export const randomSessions: fc.Arbitrary<readonly (readonly RandomTransaction[])[]> = fc.array(
  fc.array(
    fc.record({
      steps: fc.array(steps, { minLength: 1, maxLength: 8 }),
      commits: fc.integer({ min: 0, max: 5 }).map((n) => n > 0),
    }),
    { minLength: 3, maxLength: 12 },
  ),
  { minLength: 1, maxLength: 3 },
)

/** Runs one session's transactions. A statement that the server refuses (a deadlock, a savepoint that is not there) rolls its transaction back. */
export async function runSession(
  client: pg.Client,
  tables: WorkloadTables,
  transactions: readonly RandomTransaction[],
): Promise<void> {
  for (const transaction of transactions) {
    await client.query("begin; set local lock_timeout = '2s'")
    try {
      for (const step of transaction.steps) await client.query(STATEMENTS[step.kind](tables, step))
      await client.query(transaction.commits ? 'commit' : 'rollback')
    } catch {
      await client.query('rollback')
    }
  }
}
