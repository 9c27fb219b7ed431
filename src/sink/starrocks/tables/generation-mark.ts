import type { TableId } from '../../../core/table-id.ts'

/** The comment of a target table: which source table it holds, and in which generation, so that a swap can be told after a crash. */
export function generationMark(table: TableId, generation: number): string {
  return `copy of ${table} [generation ${generation}]`
}

/** The generation in a comment; 0 when it carries no mark. */
export function readGeneration(comment: string): number {
  const match = /\[generation (\d{1,15})\]$/.exec(comment)
  return match === null ? 0 : Number(match[1])
}
