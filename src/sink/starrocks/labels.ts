import { createHash } from 'node:crypto'
import { type Label, label } from '../../core/label.ts'

/** Whose labels they are: known before anything is read from the target. */
export interface LabelOwner {
  readonly database: string
  readonly pipeline: string
}

/** Hexadecimal digits of a digest of the parts, which can hold anything. */
export function digest(digits: number, ...parts: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, digits)
}

/**
 * What every label of a pipeline begins with. Labels of multi-table transactions are known to the whole cluster, so it holds
 * the database and the pipeline: as a digest, since names can be long or have other characters, and readable in front of it.
 */
export function labelPrefix(owner: LabelOwner): string {
  const readable = owner.pipeline.replaceAll(/[^A-Za-z0-9]/g, '').slice(0, 24)
  return `sync_${readable}_${digest(12, owner.database, owner.pipeline)}_`
}

/**
 * Attempts at what follows one checkpoint. Bounded, so that a successor can ask for every label that may be open: it cannot tell
 * the last one by its being unknown, since labels are forgotten (docs/decisions/0002, 1.2).
 */
export const MAX_ATTEMPTS = 64

/** What may follow a checkpoint: a step of whoever wrote it, or the first commit of a successor. Each has labels of its own (0002, 1.3). */
export type StepKind = 'step' | 'raise'

/** What makes a step's label. */
export interface StepLabelParts {
  readonly kind: StepKind
  readonly incarnation: string
  readonly number: bigint
  readonly attempt: number
}

/**
 * The label of what follows checkpoint `number - 1` in its nth attempt: a function of what is in the target, so that a
 * stalled process and its successor name the same thing the same way and only one of them can commit it.
 *
 * Before the first row there is no incarnation: then it is left out, so that two first starts meet too.
 */
export function stepLabel(owner: LabelOwner, parts: StepLabelParts): Label {
  const { kind, incarnation, number, attempt } = parts
  const life = number === 1n ? 'first' : digest(8, incarnation)
  return label(`${labelPrefix(owner)}${life}_${kind === 'step' ? 'b' : 'r'}${number}_${attempt}`)
}

/** The label of the nth load of its own transaction within a batch, when no transaction spans tables. */
export function batchLoadLabel(batch: Label, ordinal: number): Label {
  return label(`${batch}_${ordinal}`)
}

/** What makes a chunk's label. */
export interface ChunkLabelParts {
  readonly incarnation: string
  readonly epoch: bigint
  readonly table: string
  readonly generation: number
  readonly chunk: number
  readonly attempt: number
}

/** The label of one attempt at a chunk. */
export function chunkLabel(owner: LabelOwner, parts: ChunkLabelParts): Label {
  const { epoch, generation, chunk, attempt } = parts
  const table = digest(8, parts.incarnation, parts.table)
  return label(`${labelPrefix(owner)}${table}_c${epoch}_${generation}_${chunk}_${attempt}`)
}

/** The label of a chunk's line in the ledger, when it is loaded after the chunk. */
export function ledgerLabel(chunk: Label): Label {
  return label(`${chunk}_l`)
}

/** The label of a trial load that is never committed. `nonce` is random. */
export function trialLabel(owner: LabelOwner, nonce: string, ordinal: number): Label {
  return label(`${labelPrefix(owner)}t${nonce}_${ordinal}`)
}
