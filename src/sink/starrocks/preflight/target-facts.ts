import type { Guarantee } from '../../../core/sink.ts'
import type { ClusterNodes } from './cluster-nodes.ts'

/** Whether something answered; null when it did, else why not. */
export type Trouble = string | null

/** Everything that the checks of the target judge; gathered once. */
export interface TargetFacts {
  readonly database: string
  readonly user: string
  /** Per front end over HTTP. */
  readonly feHttp: readonly { readonly address: string; readonly trouble: Trouble }[]
  /** Per front end over MySQL. */
  readonly feMysql: readonly { readonly address: string; readonly trouble: Trouble }[]
  /** As `current_version()` says; null when nobody could be asked. */
  readonly version: string | null
  readonly guarantee: Guarantee | null
  /** Other databases that routes lead to. */
  readonly otherDatabases: readonly string[]
  /** Null when the user may not list them. */
  readonly nodes: ClusterNodes | null
  /** Per node that takes loads, by the address that is reachable from here. */
  readonly backEnds: readonly { readonly address: string; readonly reachedAs: string; readonly trouble: Trouble }[]
  /** `replication_num` as configured; 3 when it is not, as in StarRocks. */
  readonly replicationNum: number
  /** Lines of SHOW GRANTS; null when they cannot be read. */
  readonly grants: readonly string[] | null
  /** Settings of the front end that could be read. */
  readonly feConfig: ReadonlyMap<string, string>
}
