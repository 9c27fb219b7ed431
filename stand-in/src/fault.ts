/** The requests that a fault can hit: where they are executed; `redirect` is an FE's 307 of any of them. */
const paths = [
  'commit',
  'load',
  'begin',
  'prepare',
  'rollback',
  'stream_load',
  'get_load_state',
  'query',
  'redirect',
] as const

/** One kind of request. */
export type FaultPath = (typeof paths)[number]

const actions = [
  'cut-before',
  'cut-after',
  'half-open',
  'half-open-after',
  'delay',
  'fail',
  'false-ok',
  'too-many-versions',
  'disk-full',
  'shutting-down',
  'commit-unknown',
  'publish-timeout',
  'slow-publish',
  'wrong-length',
  'dead-be',
] as const

/** What happens instead of the ordinary course. */
type FaultAction = (typeof actions)[number]

/** One fault, as set on the command line or over the admin port. */
export interface Fault {
  readonly path: FaultPath
  readonly label?: RegExp | undefined
  readonly table?: string | undefined
  readonly sql?: RegExp | undefined
  readonly action: FaultAction
  /** For `delay`, `slow-publish`, and how long `publish-timeout` keeps the transaction COMMITTED; 1000 by default. */
  readonly ms: number
  /** For `fail`. */
  readonly text: string
  /** Of each matching request, decided by the seed and the request's number among those that match. */
  readonly probability: number
  /** Matching requests that pass before the fault strikes. */
  after: number
  /** How often it strikes. */
  times: number
  /** Matching requests so far. */
  seen: number
}

/** What a request is, for matching. */
export interface FaultSubject {
  readonly path: FaultPath
  readonly label?: string | undefined
  readonly table?: string | undefined
  readonly sql?: string | undefined
}

/** The faults that are set; none unless the command line or the admin port asks for some. */
export class Faults {
  readonly #seed: number
  #faults: Fault[] = []

  constructor(seed: number) {
    this.#seed = seed
  }

  add(faults: readonly Fault[]): void {
    this.#faults.push(...faults)
  }

  /** Faults that have not struck as often as they are to. */
  get left(): readonly Fault[] {
    return this.#faults
  }

  clear(): void {
    this.#faults = []
  }

  /** The fault that strikes this request, used up by it. */
  strike(subject: FaultSubject): Fault | undefined {
    for (const fault of this.#faults) {
      if (!matches(fault, subject)) continue
      fault.seen++
      if (fault.after > 0) {
        fault.after--
        continue
      }
      if (fault.probability < 1 && chance(this.#seed, fault) >= fault.probability) continue
      fault.times--
      if (fault.times <= 0) this.#faults = this.#faults.filter((other) => other !== fault)
      return fault
    }
    return undefined
  }
}

/**
 * Evenly spread over [0, 1). It depends on the seed, the kind of fault and the number of the request among those that
 * match, and on nothing that happens elsewhere: the nth matching request of a repeated run meets the same fate.
 */
function chance(seed: number, fault: Fault): number {
  let hash = seed ^ Math.imul(fault.seen, 0x9e3779b1)
  for (const letter of `${fault.path}/${fault.action}`) hash = Math.imul(hash ^ letter.charCodeAt(0), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32
}

function matches(fault: Fault, subject: FaultSubject): boolean {
  return (
    fault.path === subject.path &&
    (fault.label === undefined || fault.label.test(subject.label ?? '')) &&
    (fault.table === undefined || fault.table === subject.table) &&
    (fault.sql === undefined || fault.sql.test(subject.sql ?? ''))
  )
}

/**
 * Reads faults, one or a list: `{"match": {"path", "label"?, "table"?, "sql"?, "after"?}, "action", "ms"?, "text"?,
 * "times"?, "probability"?}`.
 * @throws {Error} when it is none.
 */
export function parseFaults(json: string): Fault[] {
  const parsed: unknown = JSON.parse(json)
  return (Array.isArray(parsed) ? parsed : [parsed]).map((item: unknown) => parseFault(members(item)))
}

function parseFault(item: Record<string, unknown>): Fault {
  const match = members(item['match'])
  const path = paths.find((name) => name === match['path'])
  const action = actions.find((name) => name === item['action'])
  if (path === undefined) throw new Error(`match.path must be one of ${paths.join(', ')}`)
  if (action === undefined) throw new Error(`action must be one of ${actions.join(', ')}`)
  if (action === 'dead-be' && path !== 'redirect') throw new Error('dead-be is a fault of redirect')
  const pattern = (value: unknown): RegExp | undefined =>
    value === undefined ? undefined : new RegExp(text(value) ?? '')
  return {
    path,
    label: pattern(match['label']),
    table: text(match['table']),
    sql: pattern(match['sql']),
    action,
    ms: number(item['ms'], 1000),
    text: text(item['text']) ?? 'injected failure',
    probability: number(item['probability'], 1),
    after: number(match['after'], 0),
    times: number(item['times'], 1),
    seen: 0,
  }
}

function members(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw new Error('an object is expected')
  return Object.fromEntries(Object.entries(value))
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
const number = (value: unknown, otherwise: number): number => (typeof value === 'number' ? value : otherwise)
