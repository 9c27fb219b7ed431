import type { Duck } from '../storage/duck.ts'

/** The rows of a DuckDB query whose columns are all text, read completely before anything is written. */
export class StagedDuckRows {
  readonly #chunks: (Buffer | null)[][][]

  private constructor(chunks: (Buffer | null)[][][]) {
    this.#chunks = chunks
  }

  static async run(duck: Duck, sql: string): Promise<StagedDuckRows> {
    return await duck.with(async (connection) => {
      const result = await connection.stream(sql)
      const chunks: (Buffer | null)[][][] = []
      for (;;) {
        const chunk = await result.fetchChunk()
        if (chunk === null || chunk.rowCount === 0) break
        chunks.push(
          chunk.getRows().map((row) => row.map((value) => (value === null ? null : Buffer.from(String(value))))),
        )
      }
      return new StagedDuckRows(chunks)
    })
  }

  /** Hands over row after row. */
  async each(take: (row: readonly (Buffer | null)[]) => Promise<void>): Promise<void> {
    for (const chunk of this.#chunks) for (const row of chunk) await take(row)
  }
}
