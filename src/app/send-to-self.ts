import type { FailPointOrder } from './fail-points.ts'

/** How long a blocked event loop stays blocked. */
const BLOCK_MS = 6_000

/** Does to this process what a fail point asks for: a signal, or an event loop that does not turn for a while. */
export function sendToSelf(order: FailPointOrder['signal']): void {
  if (order === 'BLOCK') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, BLOCK_MS)
  else process.kill(process.pid, order)
}
