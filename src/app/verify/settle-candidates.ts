import { fieldTexts } from './canonical-fields.ts'
import { hashText } from './find-candidates.ts'
import { RowHash } from './row-hash.ts'
import { judgeKey, type Observation } from './settle-rule.ts'
import { bytesOfKey, keyOf, type TableSide, type TableSides } from './table-side.ts'

/** A row that differs for good, as canonical texts. */
export interface StableDifference {
  readonly key: readonly string[]
  /** Null when the side has no such row. */
  readonly source: readonly (string | null)[] | null
  readonly target: readonly (string | null)[] | null
}

/** What became of the candidates. */
export interface Settlement {
  readonly rowsDifferent: number
  /** The first of them. */
  readonly differences: readonly StableDifference[]
  /** Rows that changed at the source at every look, so that nothing can be said of them. */
  readonly rowsUnsettled: number
}

/** How candidates are settled. */
export interface SettleOptions {
  /** Resolves to true when the target holds all that the source held at the call, to false when nothing will come any more. */
  readonly caughtUp: () => Promise<boolean>
  /** When nothing will come any more: which of these keys no change concerns that waits for a service. */
  readonly untouched: (keys: KeysOfSource) => Promise<ReadonlySet<Buffer>>
  readonly mostRounds: number
  readonly mostDifferences: number
  readonly onRound?: ((keysLeft: number) => void) | undefined
}

/** Canonical keys that the source has a row of, and others. */
export interface KeysOfSource {
  readonly present: readonly Buffer[]
  readonly absent: readonly Buffer[]
}

/** Rows of one request; each may be a megabyte. */
const KEYS_PER_FETCH = 100
const NONE: ReadonlySet<string> = new Set()

interface FetchedRow {
  readonly hash: string
  readonly bytes: Buffer
}

interface FetchedRows {
  readonly source: FetchedRow | undefined
  readonly target: FetchedRow | undefined
}

/** Compares the candidates again, each time when the stream has passed a later position, until each is equal or stands still. */
export async function settleCandidates(
  sides: TableSides,
  candidates: ReadonlyMap<string, string | null>,
  options: SettleOptions,
): Promise<Settlement> {
  return new Settling(sides, candidates, options).run()
}

class Settling {
  readonly #sides: TableSides
  readonly #options: SettleOptions
  /** Keys that are still open -> what the look before saw; at first only the source's row is known. */
  readonly #open: Map<string, Observation>
  readonly #suspects = new Map<string, Observation>()
  readonly #differences: StableDifference[] = []
  #rowsDifferent = 0

  constructor(sides: TableSides, candidates: ReadonlyMap<string, string | null>, options: SettleOptions) {
    this.#sides = sides
    this.#options = options
    this.#open = new Map([...candidates].map(([key, source]) => [key, { before: null, target: null, after: source }]))
  }

  async run(): Promise<Settlement> {
    const { mostRounds, caughtUp, onRound } = this.#options
    for (let round = 0; round < mostRounds && this.#open.size > 0; round++) {
      onRound?.(this.#open.size)
      const isLive = await caughtUp()
      await this.#look(isLive)
      if (!isLive) break
    }
    return {
      rowsDifferent: this.#rowsDifferent,
      differences: this.#differences,
      rowsUnsettled: this.#open.size,
    }
  }

  async #look(isLive: boolean): Promise<void> {
    const keys = [...this.#open.keys()]
    for (let from = 0; from < keys.length; from += KEYS_PER_FETCH) {
      const some = keys.slice(from, from + KEYS_PER_FETCH)
      const target = await fetchRows(this.#sides.target, some)
      const source = await fetchRows(this.#sides.source, some)
      const final = isLive ? NONE : await this.#finalKeys(some, source)
      for (const key of some) this.#judge(key, { source: source.get(key), target: target.get(key) }, final.has(key))
    }
  }

  async #finalKeys(keys: readonly string[], source: ReadonlyMap<string, FetchedRow>): Promise<ReadonlySet<string>> {
    const present = keys.filter((key) => source.has(key)).map(bytesOfKey)
    const absent = keys.filter((key) => !source.has(key)).map(bytesOfKey)
    const untouched = await this.#options.untouched({ present, absent })
    return new Set([...untouched].map((key) => key.toString('latin1')))
  }

  /** `isFinal`: nothing can come any more that would change the target's row. */
  #judge(key: string, rows: FetchedRows, isFinal: boolean): void {
    const now = this.#observe(key, rows)
    const judged = judgeKey(now, this.#suspects.get(key) ?? null)
    const verdict = judged === 'suspect' && isFinal ? 'different' : judged
    this.#open.set(key, now)
    this.#suspects.delete(key)
    if (verdict === 'suspect') this.#suspects.set(key, now)
    if (verdict === 'suspect' || verdict === 'moving') return
    this.#open.delete(key)
    if (verdict === 'different') this.#note(key, rows)
  }

  #observe(key: string, { source, target }: FetchedRows): Observation {
    const before = this.#open.get(key)?.after ?? null
    return { before, target: target?.hash ?? null, after: source?.hash ?? null }
  }

  #note(key: string, { source, target }: FetchedRows): void {
    this.#rowsDifferent += 1
    if (this.#differences.length >= this.#options.mostDifferences) return
    this.#differences.push({
      key: fieldTexts(bytesOfKey(key)).map((text) => text ?? ''),
      source: source === undefined ? null : fieldTexts(source.bytes),
      target: target === undefined ? null : fieldTexts(target.bytes),
    })
  }
}

async function fetchRows(side: TableSide, keys: readonly string[]): Promise<ReadonlyMap<string, FetchedRow>> {
  const rows = new Map<string, FetchedRow>()
  const hash = new RowHash()
  await side.fetch(keys.map(bytesOfKey), (row) => {
    const bytes = Buffer.from(row.bytes.subarray(row.start, row.end))
    rows.set(keyOf(row), { hash: hashText(row, hash), bytes })
  })
  return rows
}
