import type { TableId } from '../core/table-id.ts'
import { LateTruncates } from './late-truncates.ts'

/** What a process has learned and would have to learn again in every session: it outlives them, and costs nothing when it is lost. */
export class Lessons {
  /** Tables of which a value cannot stand in CSV. */
  readonly jsonTables = new Set<TableId>()
  /**
   * A row of a large transaction was refused, and nothing said of which table. Its parts cannot be looked at once they are sent, so from
   * now on each is tried alone before it is sent.
   */
  tryPartsFirst = false
  readonly lateTruncates = new LateTruncates()
}
