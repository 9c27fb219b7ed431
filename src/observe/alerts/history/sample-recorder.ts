import type { MetricSeries, MetricSource } from '../evaluate/metric-source.ts'
import type { SampleBlock } from './sample-block.ts'

/** Samples of a block. */
const SAMPLES = 20
/** Larger ones are made in several pieces, so that making one takes little time. */
const SERIES_PER_PIECE = 500

/** The series of a metric, and what each was at the times of the block. */
interface Gathered {
  readonly family: string
  readonly members: readonly MetricSeries[]
  /** One row per time. */
  readonly rows: Float64Array[]
}

/** Gathers what metrics are, until there is enough for a block. */
export class SampleRecorder {
  readonly #source: MetricSource
  readonly #families: readonly string[]
  #times: number[] = []
  #gathered: readonly Gathered[] = []

  constructor(source: MetricSource, families: readonly string[]) {
    this.#source = source
    this.#families = families
  }

  /** Whether what was gathered is to be drained before the next sample: it is enough, or series have come or gone. */
  get isComplete(): boolean {
    if (this.#times.length === 0) return false
    return (
      this.#times.length >= SAMPLES ||
      this.#gathered.some(({ family, members }) => this.#source.series(family) !== members)
    )
  }

  /** Takes a sample, metric by metric, between which something else may run. */
  *take(atMs: number): Generator<void, void> {
    if (this.#times.length === 0) {
      this.#gathered = this.#families.map((family) => ({ family, members: this.#source.series(family), rows: [] }))
    }
    this.#times.push(atMs)
    for (const { members, rows } of this.#gathered) {
      rows.push(Float64Array.from(members, (each) => each.value()))
      yield
    }
  }

  /** What was gathered, as blocks of the same times, and forgets it. */
  *drain(): Generator<SampleBlock> {
    const times = this.#times
    const all = this.#gathered
    this.#times = []
    this.#gathered = []
    for (const { family, members, rows } of all) {
      for (let from = 0; from < members.length; from += SERIES_PER_PIECE) {
        const series = members.slice(from, from + SERIES_PER_PIECE).map(({ labels }, index) => {
          return { family, labels, values: rows.map((row) => row[from + index] ?? Number.NaN) }
        })
        yield { times, series }
      }
    }
  }
}
