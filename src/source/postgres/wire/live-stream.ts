import type { ChangeHandler } from '../../../core/change-stream.ts'
import type { Clock } from '../../../core/clock.ts'
import type { Lsn } from '../../../core/lsn.ts'
import { asSyncError, SyncError } from '../../../core/sync-error.ts'
import { Delivery } from '../pgoutput/delivery.ts'
import type { SpoolLimits } from '../pgoutput/spool-set.ts'
import { CopyBothReader } from './copy-both.ts'
import { Framer } from './framer.ts'
import { livenessLimits } from './liveness.ts'
import type { ReplicationSession } from './replication-session.ts'
import type { ReplicationProgress, ReplicationStream } from './replication-stream.ts'
import { sourceError } from './server-error.ts'
import { SocketReader } from './socket-reader.ts'
import { COPY_DONE, encodeQuery, TERMINATE } from './standby-status.ts'
import { StatusReporter } from './status-reporter.ts'

/** What a {@link LiveStream} is made with, beside its session and handler. */
export interface LiveStreamOptions {
  readonly clock: Clock
  /** For messages to people. */
  readonly slot: string
  readonly spool: SpoolLimits
  readonly maxMessageBytes?: number | undefined
}

/** The time that the server has to say goodbye. */
const CLOSE_WITHIN_MS = 1000

/** The time that the server has to begin. Nothing on its way there waits for others. */
const START_WITHIN_MS = 60_000

/** A replication session from START_REPLICATION to its end. Owns the session. */
export class LiveStream implements ReplicationStream {
  readonly backendPid: number
  readonly startedAt: Lsn
  readonly ended: Promise<void>
  readonly #session: ReplicationSession
  readonly #clock: Clock
  readonly #what: string
  readonly #delivery: Delivery
  readonly #messages: CopyBothReader
  readonly #framer: Framer
  readonly #reader: SocketReader
  readonly #reporter: StatusReporter
  readonly #started = Promise.withResolvers<void>()
  readonly #end = Promise.withResolvers<void>()
  readonly #ready = Promise.withResolvers<void>()
  readonly #socketClosed = Promise.withResolvers<void>()
  #phase: 'starting' | 'streaming' | 'closing' | 'ended' = 'starting'
  #closing: Promise<void> | null = null
  #receivedBytes = 0

  constructor(session: ReplicationSession, handler: ChangeHandler, options: LiveStreamOptions) {
    this.#session = session
    this.#clock = options.clock
    this.#what = `replication from slot ${options.slot}`
    this.backendPid = session.backendPid
    this.startedAt = session.startedAt
    this.ended = this.#end.promise
    // Whoever does not look at these learns the error another way.
    this.ended.catch(() => undefined)
    this.#started.promise.catch(() => undefined)
    this.#delivery = new Delivery(handler, options.spool, {
      released: () => this.#goOn(),
      failed: (error) => this.fail(error),
    })
    this.#messages = this.#createMessages()
    this.#framer = this.#createFramer(options.maxMessageBytes)
    this.#reader = this.#createReader()
    this.#reporter = this.#createReporter()
    session.stream.on('error', (error) => this.fail(sourceError(error, this.#what, 'stream')))
    session.stream.on('close', () => this.#onSocketClosed())
    if (session.stream.closed) this.#onSocketClosed()
  }

  /** Sends the command and resolves when the server streams. @throws {SyncError} SLOT_*, SOURCE_*, PUBLICATION_UNUSABLE */
  async start(command: string): Promise<void> {
    this.#session.takeOver((bytes, start, end) => {
      this.#receivedBytes += end - start
      this.#reporter.heard()
      this.#reader.receive(bytes, start, end)
    })
    const patience = this.#clock.setTimer(START_WITHIN_MS, () => {
      this.fail(new SyncError('SOURCE_UNREACHABLE', `${this.#what}: the server does not begin to stream`))
    })
    this.#write(encodeQuery(command))
    try {
      await this.#started.promise
    } finally {
      patience.cancel()
    }
  }

  pause(): void {
    this.#delivery.pause()
  }

  resume(): void {
    this.#delivery.resume()
  }

  confirm(position: Lsn): void {
    this.#reporter.confirm(position)
  }

  progress(): ReplicationProgress {
    const delivery = this.#delivery
    return {
      serverWalEnd: this.#messages.walEnd,
      receivedBytes: this.#receivedBytes,
      spooledBytes: delivery.spooledBytes,
      memoryBytes: delivery.memoryBytes + this.#framer.partialBytes,
    }
  }

  /** Ends the stream because of an error. Only the first one counts. */
  fail(reason: unknown): void {
    if (this.#phase === 'ended') return
    const error = asSyncError(reason)
    this.#started.reject(error)
    if (this.#phase === 'closing') this.#ready.resolve()
    else this.#end.reject(error)
    this.#stop(error)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#close()
    await this.#closing
  }

  #onSocketClosed(): void {
    this.#socketClosed.resolve()
    this.fail(new SyncError('SOURCE_UNREACHABLE', `${this.#what}: the server closed the connection`))
  }

  #stop(reason: SyncError): void {
    this.#phase = 'ended'
    this.#reporter.stop()
    this.#reader.stop()
    this.#delivery.close(reason)
    this.#session.destroy()
  }

  async #close(): Promise<void> {
    const reason = new SyncError('SOURCE_UNREACHABLE', `${this.#what}: closed by us`)
    if (this.#phase === 'streaming') await this.#sayGoodbye(reason)
    if (this.#phase !== 'ended') this.#stop(reason)
    this.#started.reject(reason)
    this.#end.resolve()
    await this.#delivery[Symbol.asyncDispose]()
    await this.#socketClosed.promise
  }

  /** Frees the slot in order: the server ends the command, then the session. Bytes that come meanwhile are dropped. */
  async #sayGoodbye(reason: SyncError): Promise<void> {
    this.#phase = 'closing'
    this.#delivery.close(reason)
    this.#reporter.send()
    this.#write(COPY_DONE)
    this.#reader.release()
    const goodbye = new AbortController()
    const patience = this.#clock.sleep(CLOSE_WITHIN_MS, goodbye.signal).catch(() => undefined)
    await Promise.race([this.#ready.promise, this.#socketClosed.promise, patience])
    this.#write(TERMINATE)
    this.#session.stream.end()
    await Promise.race([this.#socketClosed.promise, patience])
    goodbye.abort()
  }

  #goOn(): void {
    this.#reporter.heard()
    this.#reader.release()
  }

  #isHeld(): boolean {
    return this.#phase === 'ended' || (this.#phase === 'streaming' && this.#delivery.held)
  }

  #write(message: Buffer): void {
    if (this.#session.stream.writable) this.#session.stream.write(message)
  }

  #createMessages(): CopyBothReader {
    const delivery = this.#delivery
    return new CopyBothReader({
      started: () => this.#onStarted(),
      data: (buffer, start, end) => {
        if (this.#phase === 'streaming') delivery.message(buffer, start, end)
      },
      keepalive: (walEnd, replyRequested) => {
        if (replyRequested) this.#reporter.asked(walEnd)
        if (this.#phase === 'streaming') delivery.reached(walEnd)
      },
      failed: (error) => {
        this.fail(sourceError(error, this.#what, this.#phase === 'starting' ? 'start' : 'stream'))
      },
      finished: () => {
        if (this.#phase !== 'streaming') return
        this.fail(new SyncError('SOURCE_UNREACHABLE', `${this.#what}: the server ended the stream`))
      },
      ready: () => this.#ready.resolve(),
    })
  }

  #onStarted(): void {
    this.#phase = 'streaming'
    this.#reporter.start()
    this.#started.resolve()
    // Whoever awaits the stream has it by then.
    setImmediate(() => this.#delivery.open())
  }

  #createFramer(maxMessageBytes: number | undefined): Framer {
    const isHeld = (): boolean => this.#isHeld()
    const messages = this.#messages
    return new Framer(
      {
        get held() {
          return isHeld()
        },
        frame: (type, buffer, start, end) => messages.frame(type, buffer, start, end),
      },
      maxMessageBytes,
    )
  }

  #createReader(): SocketReader {
    const framer = this.#framer
    const isHeld = (): boolean => this.#isHeld()
    return new SocketReader(
      this.#session.stream,
      {
        get held() {
          return isHeld()
        },
        feed: (bytes, start, end) => framer.feed(bytes, start, end),
      },
      { clock: this.#clock, coalesce: this.#session.coalesceReads, onError: (error) => this.fail(error) },
    )
  }

  #createReporter(): StatusReporter {
    const { walSenderTimeoutMs, serverVersionNum } = this.#session
    const reader = this.#reader
    const messages = this.#messages
    return new StatusReporter(this.#clock, livenessLimits(walSenderTimeoutMs, serverVersionNum), {
      get reading() {
        return reader.reading
      },
      get received() {
        return messages.walEnd
      },
      write: (message) => this.#write(message),
      stopping: () => this.fail(new SyncError('SOURCE_UNREACHABLE', `${this.#what}: the server is shutting down`)),
      dead: (silentMs) => {
        const seconds = Math.round(silentMs / 1000)
        this.fail(new SyncError('SOURCE_UNREACHABLE', `${this.#what}: no sign of life for ${seconds} s`))
      },
    })
  }
}
