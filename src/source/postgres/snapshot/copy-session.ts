import { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { Connector } from '../catalog/connector.ts'
import type { Session } from '../catalog/session.ts'
import { CopyQuery } from './copy-query.ts'
import { CopyTap, type CopyReceiver } from './copy-tap.ts'

/** One statement reads one range or a list of keys: the joins that would read the whole table for the keys are off. */
const COPY_SETTINGS = {
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  max_parallel_workers_per_gather: '0',
  jit: 'off',
} as const

/** Under TLS the library frames the rows; the receiver is asked to wait after about as much as a plain read brings. */
const PIECE_BYTES = 64 * 1024

/**
 * Opens a session that can also run COPY ... TO STDOUT.
 *
 * On a plain connection the kernel's bytes land in the tap's own store (net's `onread`) and no row is copied. Under TLS
 * that is not possible: there the client library frames the messages.
 *
 * @throws {SyncError} as {@link Connector.open}.
 */
export async function openCopySession(connector: Connector): Promise<CopySession> {
  let intake: Intake | null = null
  const createSocket = (encrypted: boolean): Socket => {
    intake = encrypted ? null : new Intake()
    return intake?.socket ?? new Socket()
  }
  const session = await connector.open({ settings: COPY_SETTINGS, createSocket })
  return new CopySession(session, intake)
}

/** A {@link Session} with COPY. Statements run one after another, COPY among them. */
export class CopySession implements AsyncDisposable {
  readonly session: Session
  readonly #intake: Intake | null

  constructor(session: Session, intake: Intake | null) {
    this.session = session
    this.#intake = intake
  }

  /**
   * Runs a COPY ... TO STDOUT statement; resolves when the server is ready for the next one. The session stays usable
   * after an error of the server; when the receiver throws or rejects, the connection is cut, for a COPY cannot be left.
   *
   * @throws {SyncError} the error as {@link Session.explain} has it, or what the receiver threw.
   */
  async copyOut(doing: string, sql: string, receiver: CopyReceiver): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const giveUp = (error: unknown): void => {
      reject(error)
      this.session.destroy()
    }
    const pieces = new Pieces(receiver)
    this.session.submit(
      new CopyQuery(sql, {
        sending: (stream) => {
          pieces.stream = stream
          this.#intake?.begin(receiver, giveUp)
        },
        data: (buffer, start, end) => {
          pieces.data(buffer, start, end, giveUp)
        },
        failed: (error) => {
          reject(this.session.explain(error, doing))
        },
        done: resolve,
      }),
    )
    await promise
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.session[Symbol.asyncDispose]()
  }
}

/** A plain connection's socket, read through a {@link CopyTap}; what the tap lets through appears as its `data` events. */
class Intake {
  readonly socket: Socket
  readonly #tap: CopyTap
  #giveUp: (error: unknown) => void = () => undefined

  constructor() {
    this.#tap = new CopyTap((bytes) => this.socket.emit('data', bytes))
    this.socket = new Socket({
      onread: { buffer: () => this.#tap.space(), callback: (count) => this.#arrived(count) },
    })
  }

  begin(receiver: CopyReceiver, giveUp: (error: unknown) => void): void {
    this.#giveUp = giveUp
    this.#tap.begin(receiver)
  }

  #arrived(count: number): boolean {
    try {
      const pause = this.#tap.arrived(count)
      if (pause !== undefined) pauseUntil(this.socket, pause, this.#giveUp)
    } catch (error) {
      this.#giveUp(error)
    }
    return true
  }
}

/** Rows as the client library frames them, counted into pieces. */
class Pieces {
  stream: Duplex | null = null
  readonly #receiver: CopyReceiver
  #bytes = 0
  #failed = false

  constructor(receiver: CopyReceiver) {
    this.#receiver = receiver
  }

  data(buffer: Buffer, start: number, end: number, giveUp: (error: unknown) => void): void {
    // The library goes on delivering what it has already read from a socket that was cut.
    if (this.#failed) return
    try {
      this.#receiver.data(buffer, start, end)
      this.#bytes += end - start
      if (this.#bytes < PIECE_BYTES || this.stream?.isPaused()) return
      this.#bytes = 0
      const pause = this.#receiver.afterData()
      if (pause !== undefined && this.stream !== null) pauseUntil(this.stream, pause, giveUp)
    } catch (error) {
      this.#failed = true
      giveUp(error)
    }
  }
}

function pauseUntil(stream: Duplex, wait: Promise<void>, giveUp: (error: unknown) => void): void {
  stream.pause()
  wait.then(() => stream.resume(), giveUp)
}
