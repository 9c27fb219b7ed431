import { setTimeout as delay } from 'node:timers/promises'
import { busySeconds } from './process-usage.ts'

const LOOK_MS = 400
const QUIET_CORES = 0.25

/** Waits, for `patienceMs` at most, until the machine does nothing else; answers the cores that are busy then. */
export async function waitForQuiet(patienceMs: number): Promise<number> {
  const until = performance.now() + patienceMs
  for (;;) {
    const before = busySeconds()
    const startedAt = performance.now()
    await delay(LOOK_MS)
    const busyCores = (busySeconds() - before) / ((performance.now() - startedAt) / 1000)
    if (busyCores < QUIET_CORES || performance.now() > until) return busyCores
  }
}
