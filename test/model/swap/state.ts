import type { Faults, World } from './rules.ts'

/** A target table: which one it is (its mark), and the set of transactions whose rows it has, as bits. */
interface Table {
  readonly mark: 'live' | 'empty' | 'shadow'
  readonly rows: number
}

export interface Row {
  readonly number: number
  readonly lsn: number
  readonly epoch: number
  /** The resync is over. */
  readonly swapped: boolean
}

export type Statement =
  | { readonly does: 'create' | 'swap' | 'drop'; readonly name: string }
  | { readonly does: 'rename'; readonly name: string; readonly to: string }
  | { readonly does: 'truncate' }

type Pc =
  | {
      readonly at:
        | 'slot'
        | 'wait'
        | 'sweep'
        | 'raise'
        | 'idle'
        | 'look'
        | 'clean'
        | 'commit'
        | 'doubt'
        | 'ended'
        | 'dead'
    }
  | { readonly at: 'may' | 'send'; readonly statement: Statement }

export interface Writer {
  readonly id: number
  readonly pc: Pc
  readonly answer: boolean
  readonly row: Row
  /** The object beside the live table that this process works with. */
  readonly name: string
  readonly attempt: number
}

export interface State {
  readonly live: Table
  readonly objects: Readonly<Record<string, Table>>
  readonly row: Row
  readonly writers: readonly Writer[]
  readonly owner: number
  /** Statements whose sender no longer waits. */
  readonly net: readonly Statement[]
  readonly faults: Faults
  readonly nextId: number
}

/** The last LSN of the source. */
export const lastLsn = (world: World): number => (world.scenario === 'truncate' ? 3 : 2)

/** Transaction 2 of the truncate scenario empties the table; every other one inserts a row. */
export const isTruncate = (world: World, lsn: number): boolean => world.scenario === 'truncate' && lsn === 2

/** What a transaction makes of the table's rows. */
export const applied = (world: World, rows: number, lsn: number): number =>
  isTruncate(world, lsn) ? 0 : rows | (1 << (lsn - 1))

/** The source's rows after transaction `lsn`. */
export function sourceAt(world: World, lsn: number): number {
  let rows = 0
  for (let at = 1; at <= lsn; at += 1) rows = applied(world, rows, at)
  return rows
}

export const started = (id: number): Writer => ({
  id,
  pc: { at: 'slot' },
  answer: false,
  row: { number: 0, lsn: 0, epoch: 0, swapped: false },
  name: '',
  attempt: 1,
})

export function initial(world: World): State {
  const row: Row = { number: 1, lsn: 0, epoch: 1, swapped: false }
  const shadow: State['objects'] = world.scenario === 'resync' ? { e1n1a0: { mark: 'shadow', rows: 0 } } : {}
  return {
    live: { mark: 'live', rows: 0 },
    objects: shadow,
    row,
    writers: [{ ...started(1), pc: { at: 'idle' }, row, name: 'e1n1a0' }, started(2)],
    owner: 1,
    net: [],
    faults: world.faults,
    nextId: 3,
  }
}

function without(objects: State['objects'], name: string): State['objects'] {
  return Object.fromEntries(Object.entries(objects).filter(([other]) => other !== name))
}

/** The objects in a fixed order, so that equal states have equal texts. */
function withObject(objects: State['objects'], name: string, table: Table): State['objects'] {
  return Object.fromEntries(
    [...Object.entries(without(objects, name)), [name, table] as const].toSorted(([a], [b]) => (a < b ? -1 : 1)),
  )
}

/** What a statement does when it arrives; false: it failed and changed nothing. */
export function execute(state: State, statement: Statement): readonly [State, boolean] {
  if (statement.does === 'truncate') return [{ ...state, live: { ...state.live, rows: 0 } }, true]
  const { objects } = state
  const table = objects[statement.name]
  if (statement.does === 'create') {
    if (table !== undefined) return [state, true]
    return [{ ...state, objects: withObject(objects, statement.name, { mark: 'empty', rows: 0 }) }, true]
  }
  if (table === undefined) return [state, statement.does === 'drop']
  if (statement.does === 'drop') return [{ ...state, objects: without(objects, statement.name) }, true]
  if (statement.does === 'swap') {
    return [{ ...state, live: table, objects: withObject(objects, statement.name, state.live) }, true]
  }
  const to = statement.does === 'rename' ? statement.to : statement.name
  return [{ ...state, objects: withObject(without(objects, statement.name), to, table) }, true]
}
