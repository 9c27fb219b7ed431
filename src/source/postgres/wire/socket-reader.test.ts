import { PassThrough } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { FakeClock } from '../../../../test/support/fake-clock.ts'
import { SocketReader } from './socket-reader.ts'

const SMALL = Buffer.from('small')
const LARGE = Buffer.alloc(64 * 1024)

/** A reader over a stream that is only paused and resumed, and a sink that takes all bytes unless it is held. */
class Rig {
  readonly clock = new FakeClock()
  readonly stream = new PassThrough().resume()
  readonly taken: string[] = []
  readonly errors: unknown[] = []
  held = false
  /** What the sink takes before it is held, in bytes. */
  appetite = Number.POSITIVE_INFINITY
  readonly reader: SocketReader

  constructor(coalesce: boolean) {
    const isHeld = (): boolean => this.held
    this.reader = new SocketReader(
      this.stream,
      {
        get held() {
          return isHeld()
        },
        feed: (bytes, start, end) => this.#feed(bytes, start, end),
      },
      { clock: this.clock, coalesce, onError: (error) => this.errors.push(error) },
    )
  }

  receive(bytes: Buffer): void {
    this.reader.receive(bytes, 0, bytes.length)
  }

  #feed(bytes: Buffer, start: number, end: number): number {
    if (bytes.includes('!')) throw new Error('bad bytes')
    const to = Math.min(end, start + this.appetite)
    this.appetite -= to - start
    this.held ||= to < end
    this.taken.push(bytes.toString('latin1', start, to))
    return to
  }
}

test('waits a moment after a small read over TCP, so that the next one is larger', async () => {
  const rig = new Rig(true)
  rig.receive(SMALL)
  expect(rig.taken).toEqual(['small'])
  expect(rig.stream.isPaused()).toBe(true)
  expect(rig.reader.reading).toBe(true)
  await rig.clock.advance(1)
  expect(rig.stream.isPaused()).toBe(false)
})

test('reads on at once after a large read, and always over a unix socket', () => {
  const tcp = new Rig(true)
  tcp.receive(LARGE)
  expect(tcp.stream.isPaused()).toBe(false)
  const unix = new Rig(false)
  unix.receive(SMALL)
  expect(unix.stream.isPaused()).toBe(false)
  expect([tcp.clock.pendingTimers, unix.clock.pendingTimers]).toEqual([0, 0])
})

test('stops reading while the sink is held, and goes on where it was, not within the call that released it', async () => {
  const rig = new Rig(false)
  rig.appetite = 2
  rig.receive(SMALL)
  // What a TLS session had decrypted already.
  rig.receive(Buffer.from('more'))
  expect([rig.taken, rig.stream.isPaused(), rig.reader.reading]).toEqual([['sm'], true, false])
  rig.held = false
  rig.appetite = 4
  rig.reader.release()
  rig.reader.release()
  expect(rig.taken).toEqual(['sm'])
  await turn()
  expect([rig.taken, rig.stream.isPaused()]).toEqual([['sm', 'all', 'm'], true])
  rig.held = false
  rig.appetite = 100
  rig.reader.release()
  await turn()
  expect([rig.taken.join(''), rig.stream.isPaused(), rig.reader.reading]).toEqual(['smallmore', false, true])
})

test('does not begin to read while the sink is held when the moment of patience ends', async () => {
  const rig = new Rig(true)
  rig.receive(SMALL)
  rig.held = true
  await rig.clock.advance(1)
  expect(rig.stream.isPaused()).toBe(true)
  rig.held = false
  rig.reader.release()
  await turn()
  expect(rig.stream.isPaused()).toBe(false)
})

test('tells an error of the sink, and calls it never again when stopped', async () => {
  const rig = new Rig(true)
  rig.receive(Buffer.from('bad!'))
  expect(rig.errors).toEqual([new Error('bad bytes')])
  rig.reader.release()
  rig.reader.stop()
  await turn()
  expect([rig.taken, rig.clock.pendingTimers]).toEqual([[], 0])
})
