import type { RowReader, RowSink } from './field-row.ts'

/** Counts row delimiters and looks at nothing else: for figures of pure throughput (`--discard`). */
export class CountingReader implements RowReader {
  readonly #last: number
  #unfinished = false

  constructor(delimiter: Buffer) {
    this.#last = delimiter.at(-1) ?? 0x0a
  }

  write(piece: Buffer, sink: RowSink): void {
    let rows = 0
    for (let at = piece.indexOf(this.#last); at >= 0; at = piece.indexOf(this.#last, at + 1)) rows++
    this.#unfinished = piece.at(-1) !== this.#last
    sink.thrownAway(rows)
  }

  end(sink: RowSink): void {
    if (this.#unfinished) sink.thrownAway(1)
    this.#unfinished = false
  }
}
