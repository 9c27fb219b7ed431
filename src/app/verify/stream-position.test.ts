import { expect, test } from 'vitest'
import { FakeClock } from '../../../test/support/fake-clock.ts'
import { lsn } from '../../core/lsn.ts'
import { describeStoppedAt, StreamPosition } from './stream-position.ts'

function worldOf(facts: { connected: boolean; position: bigint }) {
  const clock = new FakeClock()
  const stop = new AbortController()
  const world = { ...facts, clock, stop, markers: 0 }
  const position = new StreamPosition({
    emitMarker: () => {
      world.markers += 1
      return Promise.resolve(lsn(100n))
    },
    readCheckpoint: () => Promise.resolve(lsn(world.position)),
    isServiceConnected: () => Promise.resolve(world.connected),
    clock,
    signal: stop.signal,
  })
  return { world, position }
}

test('the position is the marker, once the target has passed it', async () => {
  const { world, position } = worldOf({ connected: true, position: 50n })
  let passed: bigint | null | undefined
  const waiting = position.catchUp().then((found) => (passed = found))
  await world.clock.advance(5_000)
  expect(passed).toBeUndefined()
  world.position = 101n
  await world.clock.advance(100)
  await waiting
  expect(passed).toBe(100n)
  expect(world.clock.pendingTimers).toBe(0)
})

test('nothing is written into a source that no service reads', async () => {
  const { world, position } = worldOf({ connected: false, position: 50n })
  expect(await position.catchUp()).toBeNull()
  expect(world.markers).toBe(0)
  expect(await position.present()).toBe(50n)
})

test('a service that is started anew in time is waited for, one that stays away is not', async () => {
  const { world, position } = worldOf({ connected: true, position: 50n })
  let passed: bigint | null | undefined
  const waiting = position.catchUp().then((found) => (passed = found))
  await world.clock.advance(10)
  world.connected = false
  await world.clock.advance(12_000)
  world.connected = true
  await world.clock.advance(12_000)
  expect(passed).toBeUndefined()
  world.connected = false
  await world.clock.advance(17_000)
  await waiting
  expect(passed).toBeNull()
})

test('aborted, it stops waiting', async () => {
  const { world, position } = worldOf({ connected: true, position: 50n })
  const waiting = position.catchUp()
  await world.clock.advance(10)
  world.stop.abort(new Error('enough'))
  await expect(waiting).rejects.toThrow('enough')
})

test('where a stopped service left the target is told, and what that means', () => {
  expect(describeStoppedAt(lsn(0x16b3748n), false)).toBe('no service is connected: the target stands at 0/16B3748')
  expect(describeStoppedAt(lsn(0x16b3748n), true)).toContain('; the source has changes after it')
})
