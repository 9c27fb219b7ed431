import { mkdir, open, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import type { BaselineColumn } from '../evaluate/baseline-column.ts'
import type { RememberedBaselines } from '../evaluate/column-plan.ts'
import type { HourSummary } from '../evaluate/signal-baseline.ts'

const FILE = 'baselines.jsonl'

/** A series of a signal, and its past hours: `[hour, median, deviation]`. */
const storedLine = z.object({
  signal: z.string(),
  label: z.string(),
  value: z.string(),
  hours: z.array(z.tuple([z.number(), z.number(), z.number()])),
})

/** What was learned of signals, in a file of the state directory: a restart need not learn it anew. Losing it costs the time to learn. */
export class BaselineFile {
  readonly #directory: string
  readonly #known: ReadonlyMap<string, readonly HourSummary[]>

  private constructor(directory: string, known: ReadonlyMap<string, readonly HourSummary[]>) {
    this.#directory = directory
    this.#known = known
  }

  /** Reads it; what is not there or not understood counts as not learned. */
  static async open(directory: string): Promise<BaselineFile> {
    const text = await readFile(join(directory, FILE), 'utf8').catch(() => '')
    return new BaselineFile(directory, new Map(text.split('\n').flatMap(readLine)))
  }

  /** What earlier lives have learned. */
  readonly remembered: RememberedBaselines = (signal, label, value) =>
    this.#known.get(keyOf(signal, label, value)) ?? []

  /** Puts what is known now in its place. `pause` lets others run between series. @throws what the file system says. */
  async save(
    baselines: readonly (readonly [signal: string, column: BaselineColumn])[],
    pause: () => Promise<void>,
  ): Promise<void> {
    await mkdir(this.#directory, { recursive: true })
    const path = join(this.#directory, FILE)
    await using file = await open(`${path}.new`, 'w', 0o600)
    for (const [signal, column] of baselines) {
      for (const [value, summaries] of column.hours()) {
        const hours = summaries.map(({ hour, median, deviation }) => [hour, median, deviation])
        await file.appendFile(`${JSON.stringify({ signal, label: column.universe.label ?? '', value, hours })}\n`)
        await pause()
      }
    }
    await file.datasync()
    await rename(`${path}.new`, path)
  }
}

function readLine(line: string): readonly (readonly [string, readonly HourSummary[]])[] {
  if (line === '') return []
  try {
    const { signal, label, value, hours } = storedLine.parse(JSON.parse(line))
    return [[keyOf(signal, label, value), hours.map(([hour, median, deviation]) => ({ hour, median, deviation }))]]
  } catch {
    return []
  }
}

function keyOf(signal: string, label: string, value: string): string {
  return JSON.stringify([signal, label, value])
}
