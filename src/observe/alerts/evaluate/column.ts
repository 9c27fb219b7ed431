import type { Universe } from './universe.ts'

/** A value for each member of a universe, brought up to date once per round. NaN: no value. */
export interface Column {
  readonly universe: Universe
  /** The value at a slot of `universe`, or of any other when this column has one value for all. */
  at(slot: number): number
  /** Reads what it is made of; those columns are up to date already. */
  update(atMs: number): void
}

/** Holds the values of a column; slots that were never set have no value. */
export class Values {
  #values = new Float64Array(0)

  /** As many slots as are asked for, none of which has a value. */
  cleared(size: number): Float64Array {
    if (this.#values.length < size) this.#values = new Float64Array(size * 2)
    this.#values.fill(Number.NaN)
    return this.#values
  }

  at(slot: number): number {
    return this.#values[slot] ?? Number.NaN
  }
}

/** Reads `column` for a member of `universe`. */
export function valueFor(column: Column, universe: Universe, slot: number): number {
  return column.at(column.universe === universe ? slot : 0)
}
