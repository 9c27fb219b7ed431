const capacity = 4096

/**
 * The fields of one source row, reused for every row: field `i` is `sources[i][starts[i], ends[i])`, or SQL NULL.
 * `count` may exceed the capacity; fields past it are counted only.
 */
export class FieldRow {
  readonly sources: Buffer[] = []
  readonly starts = new Int32Array(capacity)
  readonly ends = new Int32Array(capacity)
  readonly nulls = new Uint8Array(capacity)
  count = 0
  /** Bytes of the source that the row keeps alive. */
  bytes = 0
}

/** Receives rows from a reader of CSV or JSON. */
export interface RowSink {
  /** `line` is called only for rows that are refused. */
  row(row: FieldRow, line: () => string): void
  /** A row that could not be read at all. */
  unreadable(message: string, line: () => string): void
  /** Rows that are counted as loaded and thrown away. */
  thrownAway(rows: number): void
}

/** Cuts a body into rows. A reader keeps what is unfinished until the next piece. */
export interface RowReader {
  write(piece: Buffer, sink: RowSink): void
  /** The body is over: what is unfinished is a row, or is lost. */
  end(sink: RowSink): void
}

/** A load that fails as a whole, whatever the filter ratio allows. */
export class LoadFailure extends Error {
  override name = 'LoadFailure'
}
