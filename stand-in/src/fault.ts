/** The requests that a fault can hit. */
export type FaultPath =
  | 'commit'
  | 'load'
  | 'begin'
  | 'prepare'
  | 'rollback'
  | 'stream_load'
  | 'get_load_state'
  | 'query'

const paths: readonly string[] = [
  'commit',
  'load',
  'begin',
  'prepare',
  'rollback',
  'stream_load',
  'get_load_state',
  'query',
]

const actions = [
  'cut-before',
  'cut-after',
  'publish-timeout',
  'delay',
  'too-many-versions',
  'fail',
  'false-ok',
] as const

/** What happens instead of the ordinary course. */
type FaultAction = (typeof actions)[number]

/** One fault, as set over the admin port. */
export interface Fault {
  readonly path: FaultPath
  readonly label?: RegExp | undefined
  readonly table?: string | undefined
  readonly sql?: RegExp | undefined
  readonly action: FaultAction
  /** For `delay`, and how long `publish-timeout` keeps the transaction COMMITTED; 1000 by default. */
  readonly ms: number
  /** For `fail`. */
  readonly text: string
  /** Matching requests that pass before the fault strikes. */
  after: number
  /** How often it strikes. */
  times: number
}

/** What a request is, for matching. */
export interface FaultSubject {
  readonly path: FaultPath
  readonly label?: string | undefined
  readonly table?: string | undefined
  readonly sql?: string | undefined
}

/** The faults that are set; none unless the admin port was opened. */
export class Faults {
  #faults: Fault[] = []

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
      if (fault.after > 0) {
        fault.after--
        continue
      }
      fault.times--
      if (fault.times <= 0) this.#faults = this.#faults.filter((other) => other !== fault)
      return fault
    }
    return undefined
  }
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
 * Reads a list of faults: `[{"match": {"path", "label"?, "table"?, "sql"?, "after"?}, "action", "ms"?, "text"?, "times"?}]`.
 * @throws {Error} when it is no such list.
 */
export function parseFaults(json: string): Fault[] {
  const parsed: unknown = JSON.parse(json)
  return (Array.isArray(parsed) ? parsed : [parsed]).map((item: unknown) => parseFault(members(item)))
}

function parseFault(item: Record<string, unknown>): Fault {
  const match = members(item['match'])
  const path = text(match['path'])
  const action = actions.find((name) => name === item['action'])
  if (!isFaultPath(path)) throw new Error(`match.path must be one of ${paths.join(', ')}`)
  if (action === undefined) throw new Error(`action must be one of ${actions.join(', ')}`)
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
    after: number(match['after'], 0),
    times: number(item['times'], 1),
  }
}

const isFaultPath = (path: string | undefined): path is FaultPath => path !== undefined && paths.includes(path)

function members(value: unknown): Record<string, unknown> {
  if (typeof value !== 'object' || value === null) throw new Error('an object is expected')
  return Object.fromEntries(Object.entries(value))
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)
const number = (value: unknown, otherwise: number): number => (typeof value === 'number' ? value : otherwise)
