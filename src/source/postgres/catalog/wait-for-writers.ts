import type { Clock } from '../../../core/clock.ts'
import type { Blocker } from '../../../core/source.ts'
import { readWriters } from './read-blockers.ts'
import type { Session } from './session.ts'

/** How a wait is run. */
export interface WritersWait {
  readonly clock: Clock
  readonly onBlocked: (blockers: readonly Blocker[]) => void
  readonly signal: AbortSignal
}

const FIRST_POLL_MS = 50
const LONGEST_POLL_MS = 1_000

/**
 * Waits until every transaction that now may have changed rows of the table has ended. Those that begin meanwhile are not
 * waited for, so this ends under any load. Takes no lock. A transaction that is prepared keeps its name, and is waited for
 * until it is committed or rolled back.
 */
export async function waitForWriters(session: Session, tableOid: number, wait: WritersWait): Promise<void> {
  const awaited = new Set((await readWriters(session, tableOid)).map((writer) => writer.virtualTransaction))
  for (let pollMs = FIRST_POLL_MS; awaited.size > 0; pollMs = Math.min(2 * pollMs, LONGEST_POLL_MS)) {
    const writers = await readWriters(session, tableOid)
    const blockers = writers.filter((writer) => awaited.has(writer.virtualTransaction))
    if (blockers.length === 0) return
    // A transaction that let go of the table, by rolling back to a savepoint, is not waited for again.
    awaited.clear()
    for (const blocker of blockers) awaited.add(blocker.virtualTransaction)
    wait.onBlocked(blockers)
    await wait.clock.sleep(pollMs, wait.signal)
  }
}
