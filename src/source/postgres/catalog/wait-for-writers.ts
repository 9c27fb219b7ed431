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
 * waited for, so this ends under any load. Takes no lock.
 *
 * A transaction that is prepared meanwhile goes on under another name: when one of the awaited is gone, what is then
 * prepared and holds the table is awaited as well.
 */
export async function waitForWriters(session: Session, tableOid: number, wait: WritersWait): Promise<void> {
  const awaited = new Set((await readWriters(session, tableOid)).map((writer) => writer.virtualTransaction))
  for (let pollMs = FIRST_POLL_MS; awaited.size > 0; pollMs = Math.min(2 * pollMs, LONGEST_POLL_MS)) {
    const writers = await readWriters(session, tableOid)
    const names = new Set(writers.map((writer) => writer.virtualTransaction))
    const gone = [...awaited].filter((name) => !names.has(name))
    for (const name of gone) awaited.delete(name)
    if (gone.some((name) => !isPrepared(name))) for (const name of names) if (isPrepared(name)) awaited.add(name)
    if (awaited.size === 0) return
    wait.onBlocked(writers.filter((writer) => awaited.has(writer.virtualTransaction)))
    await wait.clock.sleep(pollMs, wait.signal)
  }
}

/** A prepared transaction belongs to no backend. */
function isPrepared(virtualTransaction: string): boolean {
  return virtualTransaction.startsWith('-1/')
}
