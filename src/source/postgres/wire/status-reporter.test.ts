import { expect, test } from 'vitest'
import { FakeClock } from '../../../../test/support/fake-clock.ts'
import { lsn, ZERO_LSN } from '../../../core/lsn.ts'
import { StatusReporter, type ReportedStream } from './status-reporter.ts'

const LIMITS = { statusEveryMs: 2000, confirmEveryMs: 500, askAfterMs: 10_000, deadAfterMs: 60_000 }

/** A status update as a test reads it. */
interface Sent {
  readonly header: string
  readonly clockUs: bigint
  readonly atMs: number
  readonly written: bigint
  readonly flushed: bigint
  readonly applied: bigint
  readonly replyRequested: boolean
}

class Stream implements ReportedStream {
  readonly sent: Sent[] = []
  readonly clock: FakeClock
  reading = true
  received = ZERO_LSN
  deadAfterMs: number | null = null
  stoppedAtMs: number | null = null

  constructor(clock: FakeClock) {
    this.clock = clock
  }

  write(message: Buffer): void {
    this.sent.push({
      header: message.toString('latin1', 0, 6),
      clockUs: message.readBigInt64BE(30),
      atMs: this.clock.monotonicMs(),
      written: message.readBigUInt64BE(6),
      flushed: message.readBigUInt64BE(14),
      applied: message.readBigUInt64BE(22),
      replyRequested: message[38] === 1,
    })
  }

  stopping(): void {
    this.stoppedAtMs ??= this.clock.monotonicMs()
  }

  dead(silentMs: number): void {
    this.deadAfterMs ??= silentMs
  }
}

function start(): { clock: FakeClock; stream: Stream; reporter: StatusReporter } {
  const clock = new FakeClock()
  const stream = new Stream(clock)
  const reporter = new StatusReporter(clock, LIMITS, stream)
  reporter.start()
  return { clock, stream, reporter }
}

test('sends a standby status update with the time since 2000', async () => {
  const { clock, stream } = start()
  await clock.advance(2000)
  const header = 'd\0\0\0\u0026r'
  expect(stream.sent).toMatchObject([{ header, clockUs: BigInt(clock.now() - Date.UTC(2000, 0, 1)) * 1000n }])
})

test('reports at the interval, also while nothing is read, and confirms nothing by itself', async () => {
  const { clock, stream } = start()
  stream.reading = false
  stream.received = lsn(0x500n)
  await clock.advance(6000)
  expect(stream.sent.map(({ atMs }) => atMs)).toEqual([2000, 4000, 6000])
  for (const sent of stream.sent) expect(sent).toMatchObject({ written: 0x500n, flushed: 0n, applied: 0n })
})

test('tells a confirmed position soon, once, and never goes back', async () => {
  const { clock, stream, reporter } = start()
  reporter.confirm(lsn(0x300n))
  reporter.confirm(lsn(0x200n))
  await clock.advance(1500)
  expect(stream.sent).toMatchObject([{ atMs: 500, written: 0x300n, flushed: 0x300n, applied: 0x300n }])
})

test('asks a silent server for an answer, then gives it up', async () => {
  const { clock, stream } = start()
  await clock.advance(20_000)
  expect(stream.sent.filter(({ replyRequested }) => replyRequested).map(({ atMs }) => atMs)).toEqual([
    10_000, 12_000, 14_000, 16_000, 18_000, 20_000,
  ])
  await clock.advance(40_000)
  expect(stream.deadAfterMs).toBe(60_000)
})

test('does not give up a server that answers', async () => {
  const { clock, stream, reporter } = start()
  for (let second = 0; second < 120; second += 1) {
    await clock.advance(1000)
    if (stream.sent.at(-1)?.replyRequested) reporter.heard()
  }
  expect(stream.deadAfterMs).toBeNull()
})

test('answers at once when asked, and leaves no timer when stopped', async () => {
  const { clock, stream, reporter } = start()
  await clock.advance(1000)
  reporter.asked(lsn(0x500n))
  expect(stream.sent).toMatchObject([{ atMs: 1000 }])
  reporter.stop()
  expect(clock.pendingTimers).toBe(0)
})

test('answers a server that asks after each answer at each tick only, and finds that it is shutting down', async () => {
  const { clock, stream, reporter } = start()
  await clock.advance(1000)
  reporter.asked(lsn(0x500n))
  for (let answers = 0; stream.stoppedAtMs === null && clock.monotonicMs() < 20_000; await clock.advance(10)) {
    if (stream.sent.length === answers) continue
    answers = stream.sent.length
    reporter.asked(lsn(0x500n))
  }
  expect(stream.stoppedAtMs).toBeLessThan(3000)
  expect(stream.sent.length).toBeLessThan(5)
})

test('does not take requests that waited while reading was paused for a server that shuts down', async () => {
  const { clock, stream, reporter } = start()
  await clock.advance(1000)
  for (let request = 0; request < 6; request++) reporter.asked(lsn(100n))
  await clock.advance(LIMITS.confirmEveryMs)
  for (let request = 0; request < 6; request++) reporter.asked(lsn(100n))
  expect(stream.stoppedAtMs).toBeNull()
  reporter.stop()
})
