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
export interface Settlement<Difference> {
  readonly rowsDifferent: number
  /** The first of them, as they are described. */
  readonly differences: readonly Difference[]
  /** Rows that changed at the source at every look, so that nothing can be said of them. */
  readonly rowsUnsettled: number
}

/** How candidates are settled. */
export interface SettleOptions<Difference> {
  /** What is kept of a row that differs. */
  readonly describe: (difference: StableDifference) => Difference
  /** Resolves to true when the target holds all that the source held at the call, to false when nothing will come any more. */
  readonly caughtUp: () => Promise<boolean>
  /** When nothing will come any more: which of these keys no change concerns that waits for a service. */
  readonly untouched: (keys: KeysOfSource) => Promise<ReadonlySet<Buffer>>
  readonly signal: AbortSignal
  readonly mostRounds: number
  readonly mostDifferences: number
  readonly onRound?: ((keysLeft: number) => void) | undefined
}

/** Canonical keys that the source has a row of, and others. */
export interface KeysOfSource {
  readonly present: readonly Buffer[]
  readonly absent: readonly Buffer[]
}

/** Rows of the first request; each may be a megabyte. */
const FIRST_KEYS_PER_FETCH = 100
const MOST_KEYS_PER_FETCH = 2_000
/** What the rows of one request may take on each side, by the size of the rows before. */
const BYTES_PER_FETCH = 8 * 1024 * 1024
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
export async function settleCandidates<Difference>(
  sides: TableSides,
  candidates: ReadonlyMap<string, string | null>,
  options: SettleOptions<Difference>,
): Promise<Settlement<Difference>> {
  return new Settling(sides, candidates, options).run()
}

class Settling<Difference> {
  readonly #sides: TableSides
  readonly #options: SettleOptions<Difference>
  /** Keys that are still open -> what the look before saw; at first only the source's row is known. */
  readonly #open: Map<string, Observation>
  readonly #suspects = new Map<string, Observation>()
  readonly #differences: Difference[] = []
  #rowsDifferent = 0

  constructor(sides: TableSides, candidates: ReadonlyMap<string, string | null>, options: SettleOptions<Difference>) {
    this.#sides = sides
    this.#options = options
    this.#open = new Map([...candidates].map(([key, source]) => [key, { before: null, target: null, after: source }]))
  }

  async run(): Promise<Settlement<Difference>> {
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
    let count = FIRST_KEYS_PER_FETCH
    for (let from = 0; from < keys.length;) {
      this.#options.signal.throwIfAborted()
      const some = keys.slice(from, from + count)
      from += some.length
      const target = await fetchRows(this.#sides.target, some)
      const source = await fetchRows(this.#sides.source, some)
      const final = isLive ? NONE : await this.#finalKeys(some, source)
      for (const key of some) this.#judge(key, { source: source.get(key), target: target.get(key) }, final.has(key))
      count = keysPerFetch([...source.values(), ...target.values()])
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
    const difference = {
      key: fieldTexts(bytesOfKey(key)).map((text) => text ?? ''),
      source: source === undefined ? null : fieldTexts(source.bytes),
      target: target === undefined ? null : fieldTexts(target.bytes),
    }
    this.#differences.push(this.#options.describe(difference))
  }
}

/** How many keys to ask for next, by what these rows took. Pure. */
function keysPerFetch(rows: readonly FetchedRow[]): number {
  if (rows.length === 0) return FIRST_KEYS_PER_FETCH
  const bytesPerRow = rows.reduce((sum, row) => sum + row.bytes.length, 0) / rows.length
  return Math.max(1, Math.min(MOST_KEYS_PER_FETCH, Math.floor(BYTES_PER_FETCH / (bytesPerRow + 1))))
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
