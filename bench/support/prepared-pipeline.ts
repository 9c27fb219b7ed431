import { BenchService, type ServiceSetup } from './service.ts'
import type { BenchDatabase } from './source.ts'
import { BenchTarget, TargetState } from './target.ts'

/** The slot that the pipeline of a database was prepared with; runs read from copies of it. Slots have one name space for all databases. */
export const baseSlot = (database: BenchDatabase): string => `${database.name}_base`

/**
 * Has the service copy what is in the database and stops it: what is written from now on is for the runs, each with a
 * copy of slot and target.
 */
export async function preparePipeline(
  database: BenchDatabase,
  more: Pick<ServiceSetup, 'sync' | 'publication' | 'tables'> = {},
): Promise<TargetState> {
  const state = await TargetState.create()
  await using target = await BenchTarget.start(state, true)
  await using service = await BenchService.start({ database, target, slot: baseSlot(database), ...more })
  const rows = await database.query<{ n: number }>(
    `select count(*)::int as n from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace`,
  )
  const tables = more.tables?.length ?? rows[0]?.n ?? 0
  let streaming = 0
  await service.line(({ message }) => message === 'Table is streaming' && ++streaming === tables, 600_000)
  return state
}

/** One run of the service on a copy of what was prepared. */
export interface PreparedRun {
  readonly service: BenchService
  readonly target: BenchTarget
  readonly slot: string
}

/** Runs the service on copies of slot and target, and removes them. */
export async function withCopy<T>(
  setup: Omit<ServiceSetup, 'target' | 'slot'> & { readonly state: TargetState; readonly discard: boolean },
  work: (run: PreparedRun) => Promise<T>,
): Promise<T> {
  const { database, discard } = setup
  const slot = 'run'
  await database.copySlot(baseSlot(database), slot)
  await using state = await setup.state.copy()
  await using target = await BenchTarget.start(state, discard)
  try {
    await using service = await BenchService.start({ ...setup, target, slot })
    return await work({ service, target, slot })
  } finally {
    await database.dropSlot(slot)
  }
}
