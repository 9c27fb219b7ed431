import { expect, test } from 'vitest'
import { FakeClock } from '../../../test/support/fake-clock.ts'
import { RecentLines } from '../../observe/logs/recent-lines.ts'
import { LogFeed } from '../monitor/log-feed.ts'
import { LogTail, type LogReader } from '../monitor/log-tail.ts'
import { parseLevelRequest } from './level-request.ts'
import { logEvents } from './log-events.ts'
import { parseLogQuery, type LogQuery } from './log-query.ts'

const STARTED = 1_000

/** A log of some lines, and the monitor thread's side of it. */
function world(count: number) {
  const recent = new RecentLines()
  const clock = new FakeClock()
  const asked: boolean[] = []
  const write = (n: number, level = 'INFO'): void => {
    const line = { timestamp: '2024-01-15T10:30:00.123Z', level, logger: 'sync_app.batch', message: `m${n}` }
    recent.add(JSON.stringify(line))
  }
  for (let n = 1; n <= count; n++) write(n, n % 2 === 0 ? 'ERROR' : 'INFO')
  const feed = new LogFeed(recent, (lines, isFirst) => tail.take(lines, isFirst))
  const tail = new LogTail((isWanted) => {
    asked.push(isWanted)
    feed.want(isWanted)
  }, clock)
  const open = async (): Promise<LogReader> => {
    const reader = await tail.open()
    if (typeof reader === 'string') throw new Error(reader)
    return reader
  }
  const events = (reader: LogReader, query: Partial<LogQuery>, lastId = '', signal = new AbortController().signal) =>
    logEvents(
      { filter: {}, lines: 3, follow: false, ...query },
      { reader, clock, startedAtMs: STARTED, lastId },
      signal,
    )
  return { write, open, events, tail, clock, asked }
}

/** The messages of a stream, `|` between pieces, with signs of life and gaps. */
const messages = (pieces: readonly string[]): string =>
  pieces
    .map((piece) =>
      [...piece.matchAll(/"message":"(\w+)"|^(: \w+)|(skipped)\ndata: (\S+)/gm)].map((m) => m.slice(1).join('')),
    )
    .filter((each) => each.length > 0)
    .map((each) => each.join(' '))
    .join(' | ')

test.each<[string, Partial<LogQuery>, string, string]>([
  ['the last lines', { lines: 3 }, '', 'm8 m9 m10'],
  ['none at first', { lines: 0 }, '', ''],
  ['more than there are', { lines: 100 }, '', 'm1 m2 m3 m4 m5 m6 m7 m8 m9 m10'],
  ['the last of those wanted', { lines: 2, filter: { level: 'ERROR' } }, '', 'm8 m10'],
  ['those after the last one that a client had', { lines: 2 }, `${STARTED.toString(36)}-5`, 'm6 m7 m8 m9 m10'],
  ['an id of the process before', { lines: 2 }, 'zzz-5', 'm9 m10'],
])('%s', async (_, query, lastId, expected) => {
  const { open, events } = world(10)
  using reader = await open()
  expect(messages(await Array.fromAsync(events(reader, query, lastId)))).toBe(expected)
})

test('further lines follow as they come; what is silent for long shows a sign of life', async () => {
  const { open, events, write, clock, asked } = world(2)
  const gone = new AbortController()
  {
    using reader = await open()
    const stream = events(reader, { follow: true, lines: 1 }, '', gone.signal)
    const pieces = [(await stream.next()).value, (await stream.next()).value]
    const next = stream.next()
    write(3)
    write(4)
    pieces.push((await next).value)
    const silent = stream.next()
    await clock.advance(10_000)
    pieces.push((await silent).value)
    expect(messages(pieces)).toBe('m2 | m3 m4 | : still')
    const last = stream.next()
    gone.abort()
    expect((await last).done).toBe(true)
  }
  expect([asked, clock.pendingTimers]).toEqual([[true, false], 0])
})

test('a reader that is too slow is told how many lines it missed; the others miss none', async () => {
  const { open, events, write } = world(0)
  using reader = await open()
  const slow = events(reader, { follow: true })
  await slow.next()
  write(0)
  const next = await slow.next()
  for (let n = 1; n <= 1_500; n++) write(n)
  await Promise.resolve()
  const piece = String((await slow.next()).value)
  expect([next.done, piece.slice(0, 40), piece.match(/data: \{"timestamp/g)?.length]).toEqual([
    false,
    'event: skipped\ndata: {"lines":500}\n\nid: ',
    1_000,
  ])
})

test('two readers are one to the sync thread; a thirty-third is refused; a sync that does not answer is told', async () => {
  const { open, tail, asked } = world(1)
  {
    using all = new DisposableStack()
    for (let n = 0; n < 32; n++) all.use(await open())
    expect([asked, await tail.open()]).toEqual([[true], 'too-many-readers'])
  }
  expect(asked).toEqual([true, false])
  const clock = new FakeClock()
  const deaf = new LogTail(() => undefined, clock)
  const opening = deaf.open()
  await clock.advance(5_000)
  expect(await opening).toBe('sync-does-not-answer')
})

test('lines for readers that have left are not taken for those of the next one', async () => {
  const tail = new LogTail(() => undefined, new FakeClock())
  const opening = tail.open()
  let isOpen = false
  const opened = opening.then((reader) => {
    isOpen = true
    return reader
  })
  tail.take([{ number: 9, json: 'late' }], false)
  await new Promise((resolve) => setImmediate(resolve))
  expect(isOpen).toBe(false)
  tail.take(
    [1, 2].map((number) => ({ number, json: String(number) })),
    true,
  )
  const reader = await opened
  if (typeof reader === 'string') throw new Error(reader)
  expect(reader.after(0).map(({ json }) => json)).toEqual(['1', '2'])
  reader[Symbol.dispose]()
})

test.each([
  ['', { lines: 100, follow: false, filter: {} }],
  ['lines=5&follow=true&level=warning&table=orders&logger=sync_app.batch', { lines: 5, follow: true }],
  ['level=warning', { filter: { level: 'WARNING' } }],
  ['lines=1001', { tag: 'refused', message: expect.stringContaining('lines:') }],
  ['lines=-1', { tag: 'refused' }],
  ['follow=yes', { tag: 'refused', message: expect.stringContaining('follow:') }],
  ['level=loud', { tag: 'refused' }],
  ['logger=other', { tag: 'refused' }],
  ['lvel=INFO', { tag: 'refused', message: expect.stringContaining('lvel') }],
])('?%s is understood, or refused with the reason', (text, expected) => {
  expect(parseLogQuery(new URLSearchParams(text))).toMatchObject(expected)
})

test.each([
  ['{"logger":"sync_app","level":"DEBUG"}', { logger: 'sync_app', level: 'DEBUG', forMs: null }],
  ['{"logger":"sync_app","level":"DEBUG","for_ms":1000}', { logger: 'sync_app', level: 'DEBUG', forMs: 1000 }],
  ['{"logger":"sync_app","reset":true}', { logger: 'sync_app', level: null, forMs: null }],
  ['{"logger":"sync_app","reset":false}', null],
  ['{"logger":"sync_app","level":"LOUD"}', null],
  ['{"logger":"sync_app","level":"DEBUG","for":"1h"}', null],
  ['{"logger":"sync_app","level":"DEBUG","for_ms":0}', null],
  ['{"logger":"sync_app"}', null],
  ['[]', null],
  ['not json', null],
  [null, null],
])('a body %s is a change of a level, or none', (json, expected) => {
  expect(parseLevelRequest(json)).toEqual(expected)
})
