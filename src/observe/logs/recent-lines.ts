/** A line that was written, as JSON, numbered in the order of writing from 1 on. */
export interface RecentLine {
  readonly number: number
  readonly json: string
}

const MOST_LINES = 1_000
const MOST_CHARACTERS = 1_000_000

/** The last lines, for whoever wants to look at the log of a running service: at most 1,000 of them and a million characters. */
export class RecentLines {
  readonly #lines: RecentLine[] = []
  readonly #listeners = new Set<(line: RecentLine) => void>()
  #characters = 0
  #written = 0

  /** Takes a line without its newline. */
  add(json: string): void {
    this.#written++
    const line = { number: this.#written, json }
    this.#lines.push(line)
    this.#characters += json.length
    // One line too many at most: shifting 1,000 entries is a copy of 8 kB.
    while (this.#lines.length > MOST_LINES || (this.#characters > MOST_CHARACTERS && this.#lines.length > 1)) {
      this.#characters -= this.#lines.shift()?.json.length ?? 0
    }
    for (const listener of this.#listeners) listener(line)
  }

  /** The last lines after number `after`, at most `limit`, oldest first. */
  last(limit: number, after = 0): readonly RecentLine[] {
    const first = this.#lines.findIndex((line) => line.number > after)
    return first < 0 ? [] : this.#lines.slice(Math.max(first, this.#lines.length - limit))
  }

  /** Calls `listener` with each further line, until disposed of. It must return at once and never throw. */
  follow(listener: (line: RecentLine) => void): Disposable {
    this.#listeners.add(listener)
    return { [Symbol.dispose]: () => void this.#listeners.delete(listener) }
  }
}
