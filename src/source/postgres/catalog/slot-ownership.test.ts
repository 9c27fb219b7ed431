import { expect, test } from 'vitest'
import { FakeClock } from '../../../../test/support/fake-clock.ts'
import { judgeOwnership, SlotOwnership } from './slot-ownership.ts'

test.each([
  [7, 7, 7, 'owned'],
  [8, 7, 7, 'replaced'],
  [null, 7, 7, 'unknown'],
  [8, null, null, 'unknown'],
  [8, 7, null, 'unknown'],
  [8, 7, 8, 'unknown'],
  [7, 7, 8, 'unknown'],
] as const)('with %s in the slot, and ours %s before and %s after asking, it is %s', (active, before, after, tag) => {
  expect(judgeOwnership(active, before, after).tag).toBe(tag)
})

/** A server that answers when it is told to. */
class Server {
  asked = 0
  activePid: number | null = 7
  #waiting: (() => void)[] = []
  holds = false

  async ask(signal: AbortSignal): Promise<number | null> {
    this.asked++
    if (this.holds) {
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      this.#waiting.push(resolve)
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
      await promise
    }
    return this.activePid
  }

  answer(): void {
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}

function open(ourPid: () => number | null = () => 7) {
  const clock = new FakeClock()
  const server = new Server()
  const ownership = new SlotOwnership({
    slot: 'shop_sync',
    windowMs: 3_000,
    answerTimeoutMs: 1_000,
    ourPid,
    askActivePid: (signal) => server.ask(signal),
    clock,
  })
  return { clock, server, ownership }
}

const unknown = { code: 'OWNERSHIP_UNKNOWN', retry: 'auto' }

test('asks once and believes the answer for the window, counted from the question', async () => {
  const { clock, server, ownership } = open()
  await ownership.confirm()
  await clock.advance(2_999)
  await ownership.confirm()
  expect(server.asked).toBe(1)
  await clock.advance(1)
  await ownership.confirm()
  expect(server.asked).toBe(2)
  ownership[Symbol.dispose]()
})

test('asks in the background so that confirmations do not wait, and stops when closed', async () => {
  const { clock, server, ownership } = open()
  ownership.start()
  await clock.advance(10_000)
  const asked = server.asked
  expect(asked).toBeGreaterThanOrEqual(10)
  server.holds = true
  await ownership.confirm()
  expect(server.asked).toBe(asked)
  ownership[Symbol.dispose]()
  await clock.advance(10_000)
  expect(clock.pendingTimers).toBe(0)
})

test('shares one question between all who want to know', async () => {
  const { server, ownership } = open()
  server.holds = true
  const all = Promise.all([ownership.confirm(), ownership.confirm()])
  server.answer()
  await all
  expect(server.asked).toBe(1)
  ownership[Symbol.dispose]()
})

test('does not know when no answer comes in time, and asks again the next time', async () => {
  const { clock, server, ownership } = open()
  server.holds = true
  const outcome = ownership.confirm().catch((error: unknown) => error)
  await clock.advance(1_000)
  expect(await outcome).toMatchObject(unknown)
  server.holds = false
  await ownership.confirm()
  ownership[Symbol.dispose]()
})

test('does not believe an answer that took longer than it holds', async () => {
  const clock = new FakeClock()
  const ownership = new SlotOwnership({
    slot: 'shop_sync',
    windowMs: 3_000,
    answerTimeoutMs: 60_000,
    ourPid: () => 7,
    askActivePid: async () => {
      await clock.sleep(3_000)
      return 7
    },
    clock,
  })
  const outcome = ownership.confirm().catch((error: unknown) => error)
  await clock.advance(3_000)
  expect(await outcome).toMatchObject(unknown)
  ownership[Symbol.dispose]()
})

test('knows that another process has the slot', async () => {
  const { server, ownership } = open()
  server.activePid = 8
  await expect(ownership.confirm()).rejects.toMatchObject({ code: 'SINK_REPLACED', retry: 'never' })
  ownership[Symbol.dispose]()
})

test('does not know while our own stream is gone, also right after an answer', async () => {
  let pid: number | null = 7
  const { ownership } = open(() => pid)
  await ownership.confirm()
  pid = null
  await expect(ownership.confirm()).rejects.toMatchObject(unknown)
  ownership[Symbol.dispose]()
})

test('does not know when the server cannot be asked', async () => {
  const ownership = new SlotOwnership({
    slot: 'shop_sync',
    windowMs: 3_000,
    answerTimeoutMs: 1_000,
    ourPid: () => 7,
    askActivePid: () => Promise.reject(new Error('no connection')),
    clock: new FakeClock(),
  })
  await expect(ownership.confirm()).rejects.toMatchObject(unknown)
  ownership[Symbol.dispose]()
})
