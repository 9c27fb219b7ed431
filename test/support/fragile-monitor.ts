import { workerData } from 'node:worker_threads'

// The monitor thread, with a way for a test to make it crash or hang. A channel of its own: the port to the sync thread is left to the program.
const orders = new BroadcastChannel(`fragile-${workerData.pipeline}`)
orders.onmessage = ({ data }) => {
  if (data === 'crash') throw new Error('planted')
  for (;;);
}
orders.unref()

await import('../../src/api/monitor-thread.ts')
