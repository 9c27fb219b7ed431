declare const labelBrand: unique symbol

/** The name under which the target remembers one transaction: `[A-Za-z_][A-Za-z0-9_]*`, at most 128 characters. */
export type Label = string & { readonly [labelBrand]: true }

const isLabel = (value: string): value is Label => /^[A-Za-z_][A-Za-z0-9_]{0,127}$/.test(value)

/**
 * Brands a text as a label.
 * @throws {RangeError} when StarRocks would refuse it.
 * @see reference/starrocks.md 1.2 (header `label`)
 */
export function label(value: string): Label {
  if (!isLabel(value)) throw new RangeError(`not a label: ${JSON.stringify(value)}`)
  return value
}
