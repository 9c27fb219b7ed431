/** A decimal number: `unscaled` x 10^-`scale`. */
export interface Decimal {
  readonly unscaled: bigint
  readonly scale: number
}

const pattern = /^([+-]?)(\d*)\.?(\d*)(?:[eE]([+-]?\d{1,4}))?$/

/** Reads digits with an optional sign, point and exponent; undefined when the text is no number. */
export function readDecimal(text: string): Decimal | undefined {
  const match = pattern.exec(text)
  if (match === null) return undefined
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match
  if (whole === '' && fraction === '') return undefined
  const unscaled = BigInt(whole + fraction)
  return { unscaled: sign === '-' ? -unscaled : unscaled, scale: fraction.length - Number(exponent) }
}

/** The unscaled value at another scale; lost digits are rounded half away from zero. */
export function rescale(value: Decimal, scale: number): bigint {
  if (value.scale <= scale) return value.unscaled * 10n ** BigInt(scale - value.scale)
  const divisor = 10n ** BigInt(value.scale - scale)
  const magnitude = value.unscaled < 0n ? -value.unscaled : value.unscaled
  const rounded = (magnitude + divisor / 2n) / divisor
  return value.unscaled < 0n ? -rounded : rounded
}

/** The value with all digits of its scale, e.g. `-0.50`. */
export function showDecimal(unscaled: bigint, scale: number): string {
  if (scale === 0) return unscaled.toString()
  const digits = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, '0')
  const cut = digits.length - scale
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, cut)}.${digits.slice(cut)}`
}
