declare const lsnBrand: unique symbol

/**
 * A position in the source's write-ahead log: bytes since the beginning, as an unsigned 64-bit integer.
 *
 * The position of a transaction, everywhere, is the end LSN of its commit (design: order).
 */
export type Lsn = bigint & { readonly [lsnBrand]: true }

const isLsn = (value: bigint): value is Lsn => value >= 0n && value <= 0xffff_ffff_ffff_ffffn

/** Brands an integer as an LSN. @throws {RangeError} when it does not fit 64 unsigned bits. */
export function lsn(value: bigint): Lsn {
  if (!isLsn(value)) throw new RangeError(`not a 64-bit LSN: ${value}`)
  return value
}

/** The LSN before every other one. PostgreSQL's `InvalidXLogRecPtr`. */
export const ZERO_LSN: Lsn = lsn(0n)

/**
 * Reads PostgreSQL's text form `16/B374D848`.
 * @throws {RangeError} when the text is not of that form.
 * @see PostgreSQL manual, type pg_lsn
 */
export function parseLsn(text: string): Lsn {
  const match = /^([0-9A-F]{1,8})\/([0-9A-F]{1,8})$/i.exec(text)
  if (!match) throw new RangeError(`not an LSN: ${JSON.stringify(text)}`)
  return lsn((BigInt(`0x${match[1]}`) << 32n) | BigInt(`0x${match[2]}`))
}

/** PostgreSQL's text form of an LSN, such as `16/B374D848`. */
export function formatLsn(value: Lsn): string {
  return `${(value >> 32n).toString(16).toUpperCase()}/${(value & 0xffff_ffffn).toString(16).toUpperCase()}`
}

/** The later of two positions. */
export function laterLsn(a: Lsn, b: Lsn): Lsn {
  return a > b ? a : b
}
