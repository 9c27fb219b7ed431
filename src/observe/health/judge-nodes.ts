import type { CheckOutcome } from './health-check.ts'

/** The servers of the target; null where they may not be listed. */
export interface NodeFacts {
  readonly frontends: readonly { readonly name: string; readonly alive: boolean }[] | null
  readonly backends:
    | readonly { readonly name: string; readonly alive: boolean; readonly diskUsedRatio: number | null }[]
    | null
  readonly runningTransactions: number | null
}

/** StarRocks stops taking loads at about 0.95. */
const DISK_ALARM = 0.9
/** Of max_running_txn_num_per_db, 1000. */
const TRANSACTIONS_WARNING = 800

/** Whether the servers of the target are there and have room. Pure. */
export function judgeNodes(facts: NodeFacts, replicas: number): CheckOutcome {
  const { frontends, backends } = facts
  if (frontends === null && backends === null) {
    const remedy = 'Grant the OPERATE privilege on SYSTEM to see frontends, backends and disks here.'
    return { status: 'unknown', message: 'The user may not list the servers of StarRocks', remedy }
  }
  const observed = observedOf(facts)
  const trouble = backendTrouble(backends, replicas) ?? otherTrouble(facts)
  return trouble
    ? { ...trouble, observed }
    : { status: 'healthy', message: 'All servers of StarRocks are alive', observed }
}

function observedOf({ frontends, backends, runningTransactions }: NodeFacts): CheckOutcome['observed'] {
  const alive = (backends ?? []).filter((backend) => backend.alive)
  const fullest = Math.max(...alive.map(({ diskUsedRatio }) => diskUsedRatio ?? 0), 0)
  return {
    frontends: frontends?.length ?? null,
    backends: backends?.length ?? null,
    backends_alive: backends === null ? null : alive.length,
    disk_used_ratio: Math.round(fullest * 1000) / 1000,
    running_transactions: runningTransactions,
  }
}

function backendTrouble(backends: NodeFacts['backends'], replicas: number): CheckOutcome | null {
  if (backends === null) return null
  const alive = backends.filter((backend) => backend.alive)
  if (alive.length < replicas) {
    const message = `${alive.length} of ${backends.length} backends are alive; loads need ${replicas}`
    return { status: 'unhealthy', message, remedy: 'Start the backends; look at SHOW BACKENDS.' }
  }
  const full = alive.filter(({ diskUsedRatio }) => (diskUsedRatio ?? 0) > DISK_ALARM).map(({ name }) => name)
  if (full.length === 0) return null
  const message = `Disks are nearly full: ${full.join(', ')}`
  return { status: 'unhealthy', message, remedy: 'Add disks or backends, or drop data.' }
}

function otherTrouble({ frontends, backends, runningTransactions }: NodeFacts): CheckOutcome | null {
  const dead = [...(frontends ?? []), ...(backends ?? [])].filter(({ alive }) => !alive).map(({ name }) => name)
  if (dead.length > 0) {
    const message = `Servers do not answer: ${dead.join(', ')}`
    return { status: 'degraded', message, remedy: 'Look at SHOW FRONTENDS and SHOW BACKENDS.' }
  }
  if ((runningTransactions ?? 0) <= TRANSACTIONS_WARNING) return null
  const message = `${runningTransactions} transactions run in the target database`
  const remedy = 'StarRocks refuses more than max_running_txn_num_per_db: find who leaves them open.'
  return { status: 'degraded', message, remedy }
}
