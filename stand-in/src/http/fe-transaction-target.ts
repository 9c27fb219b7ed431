import type { BackEnd } from '../cluster/cluster.ts'
import type { Fault } from '../fault.ts'
import type { FeContext } from './context.ts'
import type { Exchange } from './server.ts'

/** A request to `/api/transaction/<operation>` of an FE. */
export interface FeTransactionTarget {
  readonly operation: string
  readonly label: string
  readonly database: string
  /** Answers by a redirect to a BE. */
  readonly redirect: (backEnd: BackEnd) => void
}

/** What the FE does itself about a transaction request; undefined when it has redirected it. */
export type FeTransactionAnswer = (
  context: FeContext,
  exchange: Exchange,
  target: FeTransactionTarget,
) => ((fault: Fault | undefined) => Promise<object>) | undefined
