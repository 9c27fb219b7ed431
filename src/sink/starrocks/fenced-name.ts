import { digest, type LabelOwner } from './labels.ts'

/** An object that only one step of one epoch names: a statement of a stalled process that names it fails once it is dropped. */
export interface FencedName {
  readonly table: string
  readonly epoch: bigint
  readonly number: bigint
  readonly attempt: number
}

/**
 * The name of an object for the step `number` of `epoch` on a table, such as `orders__sync_e7n42_1_0a1b2c3d`: with the attempt,
 * since a lost SWAP may still arrive, and with a digest of the owner, since several pipelines can share a database.
 */
export function fencedName(owner: LabelOwner, name: FencedName): string {
  return `${name.table}__sync_e${name.epoch}n${name.number}_${name.attempt}_${ownerDigest(owner)}`
}

/** Reads a name of {@link fencedName}; null for any other, and for those of other pipelines. */
export function parseFencedName(owner: LabelOwner, name: string): FencedName | null {
  const match = /^(.+)__sync_e(\d+)n(\d+)_(\d+)_([0-9a-f]{8})$/.exec(name)
  const [, table, epoch, number, attempt, digits] = match ?? []
  if (table === undefined || epoch === undefined || number === undefined || digits !== ownerDigest(owner)) return null
  return { table, epoch: BigInt(epoch), number: BigInt(number), attempt: Number(attempt) }
}

function ownerDigest(owner: LabelOwner): string {
  return digest(8, owner.database, owner.pipeline)
}
