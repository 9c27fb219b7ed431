/** The values of one label that were ever seen, each with a number: what a rule `per` that label has instances for. */
export class Universe {
  /** The label; undefined: the one instance of the whole pipeline. */
  readonly label: string | undefined
  readonly #slots = new Map<string, number>()
  readonly #values: string[] = []

  constructor(label: string | undefined) {
    this.label = label
    if (label === undefined) this.slotOf('')
  }

  /** How many values there are. */
  get size(): number {
    return this.#values.length
  }

  /** The number of a value; a new one when it was never seen. */
  slotOf(value: string): number {
    const known = this.#slots.get(value)
    if (known !== undefined) return known
    this.#slots.set(value, this.#values.length)
    this.#values.push(value)
    return this.#values.length - 1
  }

  /** The labels of a number. */
  labelsOf(slot: number): Readonly<Record<string, string>> {
    return this.label === undefined ? {} : { [this.label]: this.#values[slot] ?? '' }
  }
}
