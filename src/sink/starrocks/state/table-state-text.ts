import * as z from 'zod'
import { formatLsn, type Lsn, parseLsn } from '../../../core/lsn.ts'
import type { TableState } from '../../../core/table-state.ts'

const lsnText = z.string().transform((text): Lsn => parseLsn(text))

const storedState = z.discriminatedUnion('tag', [
  z.object({ tag: z.literal('waiting') }),
  z.object({
    tag: z.literal('snapshotting'),
    generation: z.number(),
    lastChunkLsn: lsnText.optional(),
    shadow: z.object({ liveApplied: z.boolean() }).optional(),
    aheadUntilLsn: lsnText.optional(),
  }),
  z.object({ tag: z.literal('streaming'), generation: z.number(), aheadUntilLsn: lsnText.optional() }),
  z.object({ tag: z.literal('paused'), sinceLsn: lsnText }),
  z.object({
    tag: z.literal('quarantined'),
    sinceLsn: lsnText,
    code: z.string(),
    reason: z.string(),
    rowKey: z.string().optional(),
  }),
  z.object({ tag: z.literal('removed') }),
])

/** A table state as JSON; positions as PostgreSQL writes them. */
export function encodeState(state: TableState): string {
  return JSON.stringify(state, (_key, value: unknown) => (isLsn(value) ? formatLsn(value) : value))
}

/** Reads what {@link encodeState} wrote. @throws when it is something else. */
export function decodeState(text: string): TableState {
  return storedState.parse(JSON.parse(text))
}

/** The only bigints of a state are positions. */
function isLsn(value: unknown): value is Lsn {
  return typeof value === 'bigint'
}
