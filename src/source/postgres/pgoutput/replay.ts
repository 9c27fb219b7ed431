import type { TransactionHead } from '../../../core/change-stream.ts'
import type { Lsn } from '../../../core/lsn.ts'
import type { PgoutputDecoder } from './decoder.ts'
import { LENGTH_BYTES, type LoadedPart, type TransactionSpool } from './transaction-spool.ts'

/** When rows may be delivered. */
export interface ReplayTurn {
  /** Whether the handler has asked for a pause. */
  readonly held: boolean
  /** Lets other events happen, then resolves when rows may be delivered. Rejects when the stream is closed. */
  next(): Promise<void>
}

/**
 * Delivers a streamed transaction after its commit: begin, its rows without those of aborted subtransactions, commit.
 * At most one part is brought back into memory at a time; between parts, and after a pause, `turn` is awaited.
 */
export async function replaySpool(
  spool: TransactionSpool,
  decoder: PgoutputDecoder,
  commit: { readonly head: TransactionHead; readonly endLsn: Lsn },
  turn: ReplayTurn,
): Promise<void> {
  await spool.freeze()
  await turn.next()
  decoder.beginStreamed(commit.head)
  for (let index = 0; index < spool.partCount; index += 1) {
    const part = await spool.load(index)
    for (let at = 0; at < part.usedBytes;) {
      await turn.next()
      at = decodeUntilHeld(part, at, spool.abortedXids, { decoder, turn })
    }
    spool.release(index)
  }
  if (turn.held) await turn.next()
  decoder.commitStreamed(commit.endLsn)
}

function decodeUntilHeld(
  { chunk, usedBytes }: LoadedPart,
  from: number,
  abortedXids: ReadonlySet<number>,
  { decoder, turn }: { readonly decoder: PgoutputDecoder; readonly turn: ReplayTurn },
): number {
  let at = from
  while (at < usedBytes && !turn.held) {
    const start = at + LENGTH_BYTES
    const end = start + chunk.readUInt32LE(at)
    decoder.decodeStreamed(chunk, start, end, abortedXids)
    at = end
  }
  return at
}
