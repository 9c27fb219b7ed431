import type { Clock } from '../../core/clock.ts'
import type { RecentLine } from '../../observe/logs/recent-lines.ts'
import type { LogReader } from '../monitor/log-tail.ts'
import { isWanted, type LogFilter } from './log-filter.ts'
import type { LogQuery } from './log-query.ts'
import { readLogLine } from './read-log-line.ts'

/** A connection on which nothing is sent for long is taken for dead by what lies in between. */
const SIGN_OF_LIFE_MS = 10_000
const RECONNECT_AFTER_MS = 2_000

/** What events are made with. */
export interface LogEventDeps {
  readonly reader: Pick<LogReader, 'after' | 'more'>
  readonly clock: Pick<Clock, 'setTimer'>
  /** Tells the numbers of this process from those of the one before. */
  readonly startedAtMs: number
  /** `Last-Event-ID`: the last line that a client had which comes back. */
  readonly lastId: string | undefined
}

/**
 * The log as server-sent events, in pieces: a line of JSON each, `id` its place. An event `skipped` with `{"lines": n}` stands where a reader
 * was too slow. The consumer's pace is the pace: nothing is kept for it but what is at hand for all.
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export async function* logEvents(query: LogQuery, deps: LogEventDeps, signal: AbortSignal): AsyncGenerator<string> {
  const prefix = deps.startedAtMs.toString(36)
  const isShown = filterOf(query.filter)
  const textOf = (lines: readonly RecentLine[]): string =>
    lines
      .filter(isShown)
      .map(({ number, json }) => `id: ${prefix}-${number}\ndata: ${json}\n\n`)
      .join('')
  yield `retry: ${RECONNECT_AFTER_MS}\n\n`
  let at = placeOf(deps.lastId, prefix)
  if (at === null) {
    const atHand = deps.reader.after(0)
    at = atHand.at(-1)?.number ?? 0
    const text = textOf(lastOf(atHand.filter(isShown), query.lines))
    if (text !== '') yield text
  }
  for await (const lines of piecesAfter(at, query.follow, deps, signal)) {
    const [first] = lines
    const skipped = first === undefined ? 0 : first.number - at - 1
    at = lines.at(-1)?.number ?? at
    const gap = skipped > 0 ? `event: skipped\ndata: {"lines":${skipped}}\n\n` : ''
    const text = first === undefined ? ': still here\n\n' : gap + textOf(lines)
    if (text !== '') yield text
  }
}

/** Lines behind a place, as they come; an empty piece when none has come for long. */
async function* piecesAfter(
  start: number,
  follow: boolean,
  { reader, clock }: LogEventDeps,
  signal: AbortSignal,
): AsyncGenerator<readonly RecentLine[]> {
  let at = start
  while (!signal.aborted) {
    const more = reader.more()
    const lines = reader.after(at)
    if (lines.length > 0) {
      at = lines.at(-1)?.number ?? at
      yield lines
    } else if (!follow) return
    else if (!(await isSoon(more, clock, signal))) yield []
  }
}

function lastOf<T>(items: readonly T[], count: number): readonly T[] {
  return count === 0 ? [] : items.slice(-count)
}

/** The number in an id; null when it is of another process, or none. */
function placeOf(id: string | undefined, prefix: string): number | null {
  const [, start, number] = /^(\w+)-(\d+)$/.exec(id ?? '') ?? []
  return start === prefix ? Number(number) : null
}

function filterOf(filter: LogFilter): (line: RecentLine) => boolean {
  if (Object.values(filter).every((each) => each === undefined)) return () => true
  return ({ json }) => {
    const line = readLogLine(json)
    return line !== null && isWanted(line, filter)
  }
}

/** Whether it happens before a sign of life is due. */
async function isSoon(more: Promise<void>, clock: Pick<Clock, 'setTimer'>, signal: AbortSignal): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const timer = clock.setTimer(SIGN_OF_LIFE_MS, () => resolve(false))
  const end = (): void => resolve(true)
  signal.addEventListener('abort', end, { once: true })
  void more.then(end)
  const soon = await promise
  timer.cancel()
  signal.removeEventListener('abort', end)
  return soon
}
