import type { BenchContext } from '../support/bench-context.ts'
import type { Finding } from '../support/finding.ts'
import { memoryBytes } from '../support/process-usage.ts'
import { BenchService } from '../support/service.ts'
import type { BenchDatabase } from '../support/source.ts'
import { BenchTarget, TargetState } from '../support/target.ts'

const MEMORY_LIMIT_MB = 512
const ROW_BYTES = 1000
const WIDE_COLUMNS = 100
const COLUMN_BYTES = 1_000_000

/** Memory of the service under things that are larger than its memory limit, or not much smaller. `only` is a part of a case's name. */
export async function measureBounds(context: BenchContext, only = ''): Promise<readonly Finding[]> {
  const findings: Finding[] = []
  for (const each of casesOf(context)) if (each.name.includes(only)) findings.push(await underLimit(context, each))
  return findings
}

function casesOf(context: BenchContext): readonly Case[] {
  const rows = context.scale.largeTransactionBytes / ROW_BYTES
  return [
    {
      name: `a transaction of ${context.scale.largeTransactionBytes / 1e9} GB`,
      write: `insert into large select i, repeat(md5(i::text), ${Math.ceil(ROW_BYTES / 32)}) from generate_series(1, ${rows}) i`,
      until: (service) => rowsApplied(service, 'public.large', rows),
    },
    {
      name: 'a row of 100 MB in 100 columns',
      write: `insert into wide values (1, ${Array.from({ length: WIDE_COLUMNS }, (_, i) => `repeat(md5('${i}'), ${COLUMN_BYTES / 32})`).join(', ')})`,
      until: (service) => rowsApplied(service, 'public.wide', 1),
    },
    {
      name: 'a value of 100 MB',
      write: `insert into fat values (1, repeat('0123456789abcdef', ${(WIDE_COLUMNS * COLUMN_BYTES) / 16}))`,
      until: async (service, database) => {
        await service.line(
          ({ message, fields }) => message === 'Table is quarantined' && fields['table'] === 'public.fat',
        )
        await database.query(`insert into large values (-1, 'others go on')`)
        await rowsApplied(service, 'public.large', 1)
      },
    },
  ]
}

interface Case {
  readonly name: string
  readonly write: string
  readonly until: (service: BenchService, database: BenchDatabase) => Promise<void>
}

async function underLimit({ source, say }: BenchContext, { name, write, until }: Case): Promise<Finding> {
  await using database = await source.createDatabase('bounds')
  const columns = Array.from({ length: WIDE_COLUMNS }, (_, i) => `c${i} text`).join(', ')
  await database.query(`create table large (id bigint primary key, note text);
    create table wide (id bigint primary key, ${columns}); create table fat (id bigint primary key, value text)`)
  await using state = await TargetState.create()
  await using target = await BenchTarget.start(state, true)
  const sync = { memory_limit: `${MEMORY_LIMIT_MB}MB` }
  await using service = await BenchService.start({ database, target, slot: 'bounds', sync })
  let streaming = 0
  await service.line(({ message }) => message === 'Table is streaming' && ++streaming === 3)
  const startedAt = performance.now()
  let outcome = 'ok'
  try {
    await database.query(write)
    await until(service, database)
  } catch (error) {
    outcome = error instanceof Error ? error.message : String(error)
  }
  const figures = { seconds: (performance.now() - startedAt) / 1000, 'RSS MB': memoryBytes(service.pid).peak / 1e6 }
  say(`${name}: ${JSON.stringify(figures)} ${outcome}`)
  return {
    group: 'memory',
    name,
    what: `memory_limit ${MEMORY_LIMIT_MB}MB`,
    figures: { ...figures, arrived: outcome === 'ok' ? 1 : 0 },
    goals: [
      { figure: 'RSS MB', atMost: MEMORY_LIMIT_MB },
      { figure: 'arrived', atLeast: 1 },
    ],
    runs: { outcome },
  }
}

/** Waits until batches with this many new rows of the table are in the target. */
async function rowsApplied(service: BenchService, table: string, rows: number): Promise<void> {
  let applied = 0
  await service.line(({ message, fields }) => {
    if (message === 'Records processed successfully' && fields['table'] === table)
      applied += Number(fields['inserts'] ?? 0)
    return applied >= rows
  }, 300_000)
}
