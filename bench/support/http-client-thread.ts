import { once } from 'node:events'
import { Agent, get, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { parentPort, workerData } from 'node:worker_threads'

/** What the client does, from a thread of its own so that the busy one is not asked to wait for itself. */
export interface ClientOrder {
  /** Read whole one after the other, again and again. */
  readonly urls: readonly string[]
  /** Pause after each answer. */
  readonly everyMs: number
  /** Takes the bytes as they come, by a connection for each answer: large ones cost the machine little here. */
  readonly isBare: boolean
  readonly forMs: number
}

/** What came back. */
export interface ClientReport {
  /** Times of whole answers, milliseconds. */
  readonly ms: readonly number[]
  /** Of the last answer. */
  readonly last: Answer
}

interface Answer {
  readonly bytes: number
  readonly lines: number
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

const NEWLINE = 10

async function read(url: string, agent: Agent): Promise<readonly Buffer[]> {
  const [response]: IncomingMessage[] = await once(get(url, { agent }), 'response')
  const parts: Buffer[] = []
  if (response) for await (const part of response) parts.push(Buffer.from(part))
  return parts
}

/** Without a parser: all bytes of an answer up to the end of its connection. */
async function readBare(url: string): Promise<readonly Buffer[]> {
  const { hostname, port, pathname } = new URL(url)
  const socket = connect(Number(port), hostname)
  const parts: Buffer[] = []
  socket.on('data', (part: Buffer) => parts.push(part))
  socket.write(`GET ${pathname} HTTP/1.1\r\nhost: ${hostname}\r\nconnection: close\r\n\r\n`)
  await once(socket, 'end')
  return parts
}

function measure(parts: readonly Buffer[]): Answer {
  const whole = Buffer.concat(parts)
  return { bytes: whole.length, lines: whole.reduce((count, byte) => (byte === NEWLINE ? count + 1 : count), 0) }
}

async function run({ urls, everyMs, isBare, forMs }: ClientOrder): Promise<ClientReport> {
  const endAt = performance.now() + forMs
  const ms: number[] = []
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  let last: readonly Buffer[] = []
  for (let number = 0; performance.now() < endAt; number++) {
    const startedAt = performance.now()
    const url = urls[number % urls.length] ?? ''
    last = isBare ? await readBare(url) : await read(url, agent)
    ms.push(performance.now() - startedAt)
    await pause(everyMs)
  }
  agent.destroy()
  return { ms, last: measure(last) }
}

parentPort?.postMessage(await run(workerData))
