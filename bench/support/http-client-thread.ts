import { once } from 'node:events'
import { Agent, get, type IncomingMessage } from 'node:http'
import { parentPort, workerData } from 'node:worker_threads'

/** What the client does, from a thread of its own so that the busy one is not asked to wait for itself. */
export interface ClientOrder {
  /** Asked one after the other, again and again. */
  readonly probes: readonly string[]
  readonly probeEveryMs: number
  /** Read whole now and then; null: never. */
  readonly scrape: string | null
  readonly scrapeEveryMs: number
  readonly forMs: number
}

/** Times of whole answers, milliseconds. */
export interface ClientReport {
  readonly probeMs: readonly number[]
  readonly scrapeMs: readonly number[]
  readonly scrapeBytes: number
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

async function read(url: string, agent: Agent): Promise<number> {
  const [response]: IncomingMessage[] = await once(get(url, { agent }), 'response')
  let bytes = 0
  if (response) for await (const part of response) bytes += Buffer.from(part).length
  return bytes
}

async function timed(url: string, agent: Agent): Promise<{ readonly ms: number; readonly bytes: number }> {
  const startedAt = performance.now()
  const bytes = await read(url, agent)
  return { ms: performance.now() - startedAt, bytes }
}

async function run(order: ClientOrder): Promise<ClientReport> {
  const endAt = performance.now() + order.forMs
  const probeMs: number[] = []
  const scrapeMs: number[] = []
  let scrapeBytes = 0
  const probing = async (): Promise<void> => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    for (let number = 0; performance.now() < endAt; number++) {
      const url = order.probes[number % order.probes.length] ?? ''
      probeMs.push((await timed(url, agent)).ms)
      await pause(order.probeEveryMs)
    }
    agent.destroy()
  }
  const scraping = async (url: string): Promise<void> => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    while (performance.now() < endAt) {
      const { ms, bytes } = await timed(url, agent)
      scrapeMs.push(ms)
      scrapeBytes = bytes
      await pause(order.scrapeEveryMs)
    }
    agent.destroy()
  }
  await Promise.all([probing(), order.scrape === null ? undefined : scraping(order.scrape)])
  return { probeMs, scrapeMs, scrapeBytes }
}

parentPort?.postMessage(await run(workerData))
