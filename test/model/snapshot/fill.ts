import { position } from './chunks.ts'
import type { World } from './rules.ts'
import { tableSeen, valueOf, type Op, type Put } from './source.ts'
import { head, type Batch, type State, type TargetRow } from './state.ts'

/**
 * The unchanged TOAST values of a batch: where each one comes from.
 * `known` came in an event; `target` is to be read from the target under that key; `source` is to be read again.
 */
type Toast = { readonly known: number } | { readonly target: number } | { readonly source: true }

interface Pending {
  readonly value: number
  readonly toast: Toast
}

/** Stands for a value that is still to be read from the source. */
const unread = -1
/** Stands for a value that was written though nothing was known of it: NULL or a placeholder. */
export const nothing = -2

interface Draft {
  readonly rows: Map<number, Pending | null>
  clear: boolean
}

function carried(world: World, streaming: boolean, draft: Draft, op: Put): Toast {
  const from = op.from ?? op.put
  const moved = from !== op.put
  const earlier = draft.rows.get(from)
  if (op.toast !== undefined) return { known: op.toast }
  if (streaming) {
    if (earlier) return earlier.toast
    return { target: world.rules.originKey ? from : op.put }
  }
  if (moved && world.rules.rereadOnNewKey && !(earlier && 'known' in earlier.toast)) return { source: true }
  return earlier ? earlier.toast : { target: from }
}

function drafted(world: World, streaming: boolean, changes: readonly (readonly [Op, number])[]): Draft {
  const draft: Draft = { rows: new Map(), clear: false }
  for (const [op, value] of changes) {
    if ('del' in op) draft.rows.set(op.del, null)
    if ('truncate' in op) {
      draft.rows.clear()
      draft.clear = true
    }
    if (!('put' in op)) continue
    const toast = carried(world, streaming, draft, op)
    if (op.from !== undefined) draft.rows.set(op.from, null)
    draft.rows.set(op.put, { value, toast })
  }
  return draft
}

/** The changes that the stream tells of, after the checkpoint and up to `to`. */
export function changesUpTo(world: World, state: State, to: number): readonly (readonly [Op, number])[] {
  const txns = state.wal.slice(head(state).checkpoint, to).filter((txn) => (state.decoded & (1 << txn)) !== 0)
  return txns.flatMap((txn) => (world.script[txn] ?? []).map((op, at) => [op, valueOf(txn, at)] as const))
}

/** A value that an event or the target gives; undefined when neither has it. */
function found(world: World, { shown }: State, toast: Toast): number | undefined {
  if ('known' in toast) return toast.known
  const from = world.rules.fillFromShadow ? shown.rows : (shown.live ?? shown.rows)
  return 'target' in toast ? from[toast.target]?.[1] : undefined
}

/** The batch with every value that an event or the target can give. */
export function fillFromTarget(world: World, state: State, batch: Batch): Batch {
  const streaming = head(state).streaming && !world.perTable
  const draft = drafted(world, streaming, changesUpTo(world, state, batch.to))
  const missing = world.rules.reread ? unread : nothing
  const puts: Record<number, TargetRow | null> = {}
  for (const [key, row] of [...draft.rows].toSorted(([a], [b]) => a - b)) {
    puts[key] = row && [row.value, found(world, state, row.toast) ?? missing]
  }
  const reread = Object.values(puts).some((row) => row?.[1] === unread)
  return { ...batch, at: reread ? 'reread' : 'ready', clear: draft.clear, puts }
}

/** The batch with the rest read again from the source, as visible now. A row that is gone is deleted. */
export function fillFromSource(world: World, state: State, batch: Batch): Batch {
  const table = tableSeen(world.script, state.wal, state.visible)
  const puts: Record<number, TargetRow | null> = { ...batch.puts }
  for (const [key, row] of Object.entries(batch.puts)) {
    if (row?.[1] !== unread) continue
    const toast = table.get(Number(key))?.toast
    puts[Number(key)] = toast === undefined ? null : [row[0], toast]
  }
  const pass = world.rules.passLastReread ? position(world, state) : 0
  return { ...batch, at: 'ready', puts, pass }
}

/** True when a streaming table had to ask the source: its target cannot have been whole. */
export const wasNotWhole = (world: World, state: State, batch: Batch): boolean =>
  head(state).streaming && !world.perTable && batch.at === 'reread'
