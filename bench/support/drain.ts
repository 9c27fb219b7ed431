import { baseSlot } from './prepared-pipeline.ts'
import { runProgram } from './run-program.ts'
import type { BenchDatabase } from './source.ts'

const PROGRAM = new URL('../drain-slot.ts', import.meta.url).pathname

/** What a reader that keeps nothing reached. */
export interface Drained {
  readonly rows: number
  readonly seconds: number
  readonly rowsPerSecond: number
  readonly cpu: { readonly reader: number; readonly walsender: number }
  readonly foreignCores: number
}

/** Moments that the draining reader leaves the socket alone after a small read. Which is faster depends on machine and rows. */
const PATIENCES_MS = [0, 1]

/** Drains a copy of the database's slot in both ways; the faster one first. */
export async function drainBothWays(
  database: BenchDatabase,
  to: { readonly endLsn: string; readonly whole: boolean },
): Promise<readonly [Drained, ...Drained[]]> {
  const drained: Drained[] = []
  for (const patienceMs of PATIENCES_MS) drained.push(await drainSlot(database, { ...to, patienceMs }))
  const [best, ...others] = drained.toSorted((a, b) => b.rowsPerSecond - a.rowsPerSecond)
  if (best === undefined) throw new Error('nothing was drained')
  return [best, ...others]
}

async function drainSlot(
  database: BenchDatabase,
  to: { readonly endLsn: string; readonly whole: boolean; readonly patienceMs: number },
): Promise<Drained> {
  await database.copySlot(baseSlot(database), 'drain')
  const args = [
    PROGRAM,
    database.url,
    'drain',
    'bench',
    to.endLsn,
    String(to.patienceMs),
    ...(to.whole ? ['whole'] : []),
  ]
  const { output } = await runProgram(process.execPath, args)
  await database.dropSlot('drain')
  const drained: unknown = JSON.parse(output)
  if (!isDrained(drained)) throw new Error(`not a result: ${output}`)
  return drained
}

function isDrained(value: unknown): value is Drained {
  return typeof value === 'object' && value !== null && 'rowsPerSecond' in value && 'cpu' in value
}
