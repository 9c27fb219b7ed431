import type { Clock, Timer } from '../../core/clock.ts'
import type { MetricRegistry } from '../metrics/metric-registry.ts'

/** The loop beats this often. */
const EVERY_MS = 100

/** Counts up a cell in shared memory with each turn of a timer, and measures how late the timer runs. Disposing of it ends it. */
export function loopBeat(beat: SharedArrayBuffer, registry: MetricRegistry, clock: Clock): Disposable {
  const cells = new Int32Array(beat)
  const delay = registry.histogram('sync_eventloop_delay_seconds', [])
  const age = registry.moment('sync_loop_heartbeat_age_seconds', [])
  let timer: Timer
  const arm = (): void => {
    const dueMs = clock.monotonicMs() + EVERY_MS
    timer = clock.setTimer(EVERY_MS, () => {
      Atomics.add(cells, 0, 1)
      age.set(clock.now(), EVERY_MS / 500)
      delay.observe(Math.max(0, clock.monotonicMs() - dueMs) / 1000)
      arm()
    })
  }
  arm()
  return { [Symbol.dispose]: () => timer.cancel() }
}
