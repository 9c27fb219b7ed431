import type { Span } from './span.ts'

const MINUS = 0x2d
const DOT = 0x2e
const ZERO = 0x30
const NINE = 0x39
const LETTER_N = 0x4e

// Places of values that are no digits: -Infinity, finite, Infinity, NaN, as PostgreSQL orders numerics.
const FINITE = 1
function rank(span: Span): number {
  const last = span.buffer[span.end - 1] ?? 0
  if (last <= NINE) return FINITE
  if (span.buffer[span.start] === LETTER_N) return 3
  return span.buffer[span.start] === MINUS ? 0 : 2
}

const dotOf = (span: Span): number => {
  let i = span.start
  while (i < span.end && span.buffer[i] !== DOT) i++
  return i
}

const firstDigit = (span: Span): number => {
  let i = span.buffer[span.start] === MINUS ? span.start + 1 : span.start
  while (span.buffer[i] === ZERO && i + 1 < span.end && span.buffer[i + 1] !== DOT) i++
  return i
}

const isZero = (span: Span): boolean => {
  for (let i = span.start; i < span.end; i++) {
    const byte = span.buffer[i] ?? 0
    if (byte > ZERO && byte <= NINE) return false
  }
  return true
}

const digitAt = (span: Span, at: number): number => (at < span.end ? (span.buffer[at] ?? ZERO) : ZERO)

/** Order of the sizes, signs left out of account. */
function compareMagnitudes(left: Span, right: Span): number {
  const leftFirst = firstDigit(left)
  const rightFirst = firstDigit(right)
  const integerDigits = dotOf(left) - leftFirst
  const rightIntegerDigits = dotOf(right) - rightFirst
  if (integerDigits !== rightIntegerDigits) return integerDigits - rightIntegerDigits
  const digits = Math.max(left.end - leftFirst, right.end - rightFirst)
  for (let i = 0; i < digits; i++) {
    if (i === integerDigits) continue
    const order = digitAt(left, leftFirst + i) - digitAt(right, rightFirst + i)
    if (order !== 0) return order
  }
  return 0
}

/** Order of two numbers of any size, exact to the last digit, over the text of integers and numerics. */
export function compareDecimals(left: Span, right: Span): number {
  const leftRank = rank(left)
  const order = leftRank - rank(right)
  if (order !== 0 || leftRank !== FINITE) return order
  const leftNegative = left.buffer[left.start] === MINUS && !isZero(left)
  const rightNegative = right.buffer[right.start] === MINUS && !isZero(right)
  if (leftNegative !== rightNegative) return leftNegative ? -1 : 1
  return leftNegative ? compareMagnitudes(right, left) : compareMagnitudes(left, right)
}
