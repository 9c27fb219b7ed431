import type { TableDef } from '../catalog/table-def.ts'
import type { Fault } from '../fault.ts'
import type { TxnKind } from './transaction.ts'

/** What a new transaction is begun with. */
export interface BeginRequest {
  /** Given by who had to name it before it began. */
  readonly id?: number | undefined
  readonly database: string
  readonly label: string
  readonly kind: TxnKind
  readonly table?: TableDef | undefined
  readonly timeoutMs: number
  readonly idleTimeoutMs?: number | undefined
  /** The BE that it was begun on; undefined for transactions of the FE. */
  readonly backEndId?: number | undefined
}

/** How a transaction is to be committed. */
export interface CommitRequest {
  readonly fault?: Fault | undefined
  /** How long the caller waits for the publication; forever by default. */
  readonly waitMs?: number | undefined
}
