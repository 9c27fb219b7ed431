import fc from 'fast-check'
import { expect, test } from 'vitest'
import { frame } from '../../../../test/support/pgoutput-bytes.ts'
import { Framer, type FrameSink } from './framer.ts'

/** Writes down frames; holds itself after each one when asked to. */
class Frames implements FrameSink {
  readonly seen: string[] = []
  held = false
  holdAfterEach = false

  frame(type: number, buffer: Buffer, start: number, end: number): void {
    this.seen.push(String.fromCharCode(type) + buffer.toString('latin1', start, end))
    this.held = this.holdAfterEach
  }
}

/** Feeds `bytes` in pieces that end at `cuts`, each in a buffer that is overwritten afterwards. */
function feed(framer: Framer, bytes: Buffer, cuts: readonly number[]): void {
  let from = 0
  for (const cut of [...cuts, bytes.length]) {
    const piece = Buffer.concat([Buffer.from('###'), bytes.subarray(from, cut), Buffer.from('###')])
    expect(framer.feed(piece, 3, 3 + cut - from)).toBe(3 + cut - from)
    piece.fill(0x2a)
    from = cut
  }
}

const BYTES = Buffer.concat([
  frame('a', Buffer.from('first')),
  frame('b', Buffer.alloc(0)),
  frame('c', Buffer.from('third')),
])
const SEEN = ['afirst', 'b', 'cthird']

test('delivers whole messages in place', () => {
  const frames = new Frames()
  feed(new Framer(frames), BYTES, [])
  expect(frames.seen).toEqual(SEEN)
})

test('puts messages together that are split at any place or any two places', () => {
  for (let first = 0; first <= BYTES.length; first += 1) {
    for (let second = first; second <= BYTES.length; second += 1) {
      const frames = new Frames()
      feed(new Framer(frames), BYTES, [first, second])
      expect(frames.seen).toEqual(SEEN)
    }
  }
})

test('delivers any messages alike, however they are cut', () => {
  const bodies = fc.array(
    fc.oneof(fc.string({ unit: 'binary-ascii', maxLength: 40 }), fc.constant('x'.repeat(70_000))),
    {
      maxLength: 8,
    },
  )
  fc.assert(
    fc.property(bodies, fc.array(fc.nat(100_000), { maxLength: 20 }), (texts, places) => {
      const bytes = Buffer.concat(texts.map((text) => frame('m', Buffer.from(text, 'latin1'))))
      const cuts = places.map((place) => Math.min(place, bytes.length)).toSorted((a, b) => a - b)
      const frames = new Frames()
      feed(new Framer(frames), bytes, cuts)
      expect(frames.seen).toEqual(texts.map((text) => `m${text}`))
    }),
  )
}, 60_000)

test('stops after the message that holds the sink, and goes on from there', () => {
  for (let cut = 0; cut <= BYTES.length; cut += 1) {
    const frames = new Frames()
    frames.holdAfterEach = true
    const framer = new Framer(frames)
    for (const piece of [BYTES.subarray(0, cut), BYTES.subarray(cut)]) {
      let at = framer.feed(piece, 0, piece.length)
      while (frames.held) {
        const before = frames.seen.length
        expect(framer.feed(piece, at, piece.length)).toBe(at)
        expect(frames.seen.length).toBe(before)
        frames.held = false
        at = framer.feed(piece, at, piece.length)
      }
      expect(at).toBe(piece.length)
    }
    expect(frames.seen).toEqual(SEEN)
  }
})

test('keeps a split message that is complete while the sink is held', () => {
  const frames = new Frames()
  const framer = new Framer(frames)
  framer.feed(BYTES, 0, 7)
  frames.held = true
  const at = framer.feed(BYTES, 7, BYTES.length)
  expect(frames.seen).toEqual([])
  frames.held = false
  expect(framer.feed(BYTES, at, BYTES.length)).toBe(BYTES.length)
  expect(frames.seen).toEqual(SEEN)
})

test('puts a giant message together in linear time, counts it, and gives its memory back', () => {
  const body = Buffer.alloc(32 * 1024 * 1024, 0x61)
  const bytes = frame('g', body)
  let delivered: Buffer | null = null
  let length = 0
  const framer = new Framer({
    held: false,
    frame: (_type, buffer, start, end) => {
      delivered = buffer
      length = end - start
    },
  })
  for (let at = 0; at < bytes.length; at += 1000) framer.feed(bytes, at, Math.min(bytes.length, at + 1000))
  expect(length).toBe(body.length)
  expect(delivered).toHaveLength(0)
  expect(framer.partialBytes).toBe(0)
  framer.feed(bytes, 0, 100_000)
  expect(framer.partialBytes).toBe(bytes.length)
})

test.each([0, 3, 0x4000_0001, 0xffff_ffff])('refuses a message that says to be %d bytes long', (length) => {
  const bytes = Buffer.alloc(5)
  bytes.writeUInt32BE(length, 1)
  for (const cut of [5, 2]) {
    const framer = new Framer(new Frames())
    expect(() => {
      framer.feed(bytes, 0, cut)
      framer.feed(bytes, cut, 5)
    }).toThrow(expect.objectContaining({ code: 'STREAM_PROTOCOL' }))
  }
})

test('refuses a message over the limit as a row that is too large, before it takes memory', () => {
  const framer = new Framer(new Frames(), 1000)
  expect(() => framer.feed(frame('d', Buffer.alloc(2000)), 0, 5)).toThrow(
    expect.objectContaining({ code: 'ROW_TOO_LARGE' }),
  )
})
