import type { Guarantee } from '../../core/sink.ts'
import type { TableId } from '../../core/table-id.ts'
import type { TableState } from '../../core/table-state.ts'
import type { VerifyReport } from '../../core/verify-report.ts'
import type { ShopCounts } from './shop/shop-counts.ts'

/** What there is to see of a running demonstration at one moment. */
export interface DemoPicture {
  readonly elapsedMs: number
  /** Null until the service has said it. */
  readonly guarantee: Guarantee | null
  readonly tables: readonly DemoTable[]
  /** Rows loaded into the target so far, copied and changed ones. */
  readonly rowsApplied: number
  readonly rowsPerSecond: number
  /** From a source commit to its commit in the target, of the last batch; null before the first. */
  readonly lagMs: number | null
  readonly workload: ShopCounts
}

/** One table of a picture. Counts are null before they are known. */
export interface DemoTable {
  readonly table: TableId
  readonly state: TableState['tag']
  readonly sourceRows: number | null
  readonly targetRows: number | null
}

/** How the demonstration runs. */
export interface DemoRequest {
  /** Ends by itself after this time; undefined runs until `abort`. */
  readonly seconds: number | undefined
  /** How many rows the shop opens with: 1, the default, is a third of a million. */
  readonly scale?: number | undefined
  /** Where health and metrics are served; absent: the usual ports, or free ones when those are taken. */
  readonly port?: number | undefined
  readonly metricsPort?: number | undefined
  /** Takes a picture now and then. */
  show(picture: DemoPicture): void
  /** Takes a sentence about what happens. */
  say(sentence: string): void
}

/** What the demonstration showed. */
export interface DemoResult {
  /** The comparison of all tables at the end. */
  readonly report: VerifyReport
  readonly rowsApplied: number
  /** Of the last batch. */
  readonly lagSeconds: number
  readonly guarantee: Guarantee
  readonly workload: ShopCounts
}
