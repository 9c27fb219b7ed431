import { createHmac } from 'node:crypto'
import type { RecordIdMode } from '../../config/logging-section.ts'

/** Hexadecimal digits of a hashed id: 64 bits, so that two of a million keys hardly ever look alike. */
const HASH_DIGITS = 16

/**
 * How a row's key stands in a line. Hashed, it is an HMAC-SHA-256: lines about one row can be told to be about one row, and without the
 * `secret` nobody can find the key by trying all small numbers, as with a plain hash.
 */
export function recordIdOf(mode: RecordIdMode, secret: string): (key: string) => string | undefined {
  switch (mode) {
    case 'plain':
      return (key) => key
    case 'hashed':
      return (key) => createHmac('sha256', secret).update(key).digest('hex').slice(0, HASH_DIGITS)
    case 'off':
      return () => undefined
  }
}
