import { expect, test } from 'vitest'
import { parseSnapshot, widenXid } from './snapshot-view.ts'

const EPOCH = 2n ** 32n

test('sees what ended before the snapshot and nothing that ran or came later', () => {
  const view = parseSnapshot('100:105:100,103')
  expect([99, 100, 101, 102, 103, 104, 105, 106].map((xid) => view.sees(xid))).toEqual([
    true,
    false,
    true,
    true,
    false,
    true,
    false,
    false,
  ])
  expect([99, 100].map((xid) => view.isSettled(xid))).toEqual([true, false])
})

test('sees everything before its end when nothing runs', () => {
  const view = parseSnapshot('205:205:')
  expect([204, 205].map((xid) => view.sees(xid))).toEqual([true, false])
})

test('reads 32-bit ids across the end of an epoch', () => {
  const base = 7n * EPOCH
  const view = parseSnapshot(`${base - 2n}:${base + 5n}:${base - 2n},${base + 3n}`)
  expect(view.sees(0xffff_fffd)).toBe(true)
  expect(view.sees(0xffff_fffe)).toBe(false)
  expect(view.sees(0xffff_ffff)).toBe(true)
  expect(view.sees(2)).toBe(true)
  expect(view.sees(3)).toBe(false)
  expect(view.sees(5)).toBe(false)
  expect(view.isSettled(0xffff_fffd)).toBe(true)
  expect(view.isSettled(4)).toBe(false)
})

test.each([
  [5, 3n * EPOCH + 10n, 3n * EPOCH + 5n],
  [0xffff_fff0, 3n * EPOCH + 10n, 3n * EPOCH - 16n],
  [10, 3n * EPOCH - 16n, 3n * EPOCH + 10n],
  [0x8000_0000, 3n * EPOCH, 3n * EPOCH + 0x8000_0000n],
])('takes %d near %d for %d', (xid, near, full) => {
  expect(widenXid(xid, near)).toBe(full)
})

test.each(['', '1:2', '1:2:3:4', 'a:b:', '1:2:3,x'])('refuses %j', (text) => {
  expect(() => parseSnapshot(text)).toThrow(RangeError)
})
