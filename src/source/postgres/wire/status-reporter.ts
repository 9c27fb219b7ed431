import type { Clock, Timer } from '../../../core/clock.ts'
import { laterLsn, ZERO_LSN, type Lsn } from '../../../core/lsn.ts'
import { countRequest, decideLiveness, isStopping, type LivenessLimits, type RepeatedRequests } from './liveness.ts'
import { encodeStandbyStatus } from './standby-status.ts'

/** What the reporter needs of the stream. */
export interface ReportedStream {
  /** Whether the socket is read at present. */
  readonly reading: boolean
  /** Position up to which WAL was received. */
  readonly received: Lsn
  write(message: Buffer): void
  /** The server has been silent for too long. */
  dead(silentMs: number): void
  /** The server is shutting down, and waits for us to leave. */
  stopping(): void
}

/** Tells the server by timer how far we are, whatever the reading does, and notices when it is silent for too long. */
export class StatusReporter {
  readonly #clock: Clock
  readonly #limits: LivenessLimits
  readonly #stream: ReportedStream
  #timer: Timer | null = null
  #confirmed = ZERO_LSN
  #told = ZERO_LSN
  #owesAnswer = false
  /** Requests that were waiting in the socket while reading was paused come all at once: one for each answer counts. */
  #askedSinceStatus = false
  #requests: RepeatedRequests = { walEnd: ZERO_LSN, count: 0 }
  #lastStatusMs: number
  #lastReceivedMs: number

  constructor(clock: Clock, limits: LivenessLimits, stream: ReportedStream) {
    this.#clock = clock
    this.#limits = limits
    this.#stream = stream
    this.#lastStatusMs = clock.monotonicMs()
    this.#lastReceivedMs = this.#lastStatusMs
  }

  start(): void {
    this.#timer = this.#clock.setTimer(this.#limits.confirmEveryMs, () => this.#tick())
  }

  stop(): void {
    this.#timer?.cancel()
    this.#timer = null
  }

  /** Everything before `position` is durable in the target. A position before an earlier one changes nothing. */
  confirm(position: Lsn): void {
    this.#confirmed = laterLsn(this.#confirmed, position)
  }

  /** Bytes came, or reading began again. */
  heard(): void {
    this.#lastReceivedMs = this.#clock.monotonicMs()
  }

  /** The server asked for an answer. A server that asks all the time gets one at each tick. */
  asked(walEnd: Lsn): void {
    if (this.#askedSinceStatus) {
      this.#owesAnswer = true
      return
    }
    this.#askedSinceStatus = true
    const sinceStatusMs = this.#clock.monotonicMs() - this.#lastStatusMs
    this.#requests = countRequest(this.#requests, { walEnd, sinceStatusMs }, this.#limits)
    if (isStopping(this.#requests)) this.#stream.stopping()
    else if (this.#requests.count === 0) this.send()
    else this.#owesAnswer = true
  }

  /** Sends a status update now. */
  send(replyRequested = false): void {
    this.#lastStatusMs = this.#clock.monotonicMs()
    this.#told = this.#confirmed
    this.#owesAnswer = false
    this.#askedSinceStatus = false
    this.#stream.write(
      encodeStandbyStatus({
        written: laterLsn(this.#stream.received, this.#confirmed),
        flushed: this.#confirmed,
        nowMs: this.#clock.now(),
        replyRequested,
      }),
    )
  }

  #tick(): void {
    this.start()
    const decision = decideLiveness(
      {
        nowMs: this.#clock.monotonicMs(),
        lastStatusMs: this.#lastStatusMs,
        lastReceivedMs: this.#lastReceivedMs,
        hasNews: this.#owesAnswer || this.#confirmed > this.#told,
        reading: this.#stream.reading,
      },
      this.#limits,
    )
    if (decision.tag === 'send') this.send(decision.replyRequested)
    else if (decision.tag === 'dead') this.#stream.dead(decision.silentMs)
  }
}
