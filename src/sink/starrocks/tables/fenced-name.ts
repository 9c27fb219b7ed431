import { digest, type LabelOwner } from '../labels.ts'

/** An object that only one step of one epoch names: a statement of a stalled process that names it fails once it is dropped. */
export interface FencedName {
  readonly table: string
  readonly epoch: bigint
  readonly number: bigint
  /** What it is for, and which try: letters and digits, such as `g7` for the shadow of generation 7. */
  readonly step: string
}

/**
 * The name of an object for the step that leads to checkpoint `number` of `epoch`, such as `orders__sync_e7n42_g5_0a1b2c3d`; with a
 * digest of the owner, since several pipelines can share a database.
 */
export function fencedName(owner: LabelOwner, name: FencedName): string {
  return `${name.table}__sync_e${name.epoch}n${name.number}_${name.step}_${ownerDigest(owner)}`
}

/** Reads a name of {@link fencedName}; null for any other, and for those of other pipelines. */
export function parseFencedName(owner: LabelOwner, name: string): FencedName | null {
  const match = /^(.+)__sync_e(\d+)n(\d+)_([a-z0-9]+)_([0-9a-f]{8})$/.exec(name)
  const [, table, epoch, number, step, digits] = match ?? []
  if (table === undefined || epoch === undefined || number === undefined || step === undefined) return null
  return digits === ownerDigest(owner) ? { table, epoch: BigInt(epoch), number: BigInt(number), step } : null
}

function ownerDigest(owner: LabelOwner): string {
  return digest(8, owner.database, owner.pipeline)
}
