import { randomBytes } from 'node:crypto'

/** Twenty bytes for a handshake, none of them zero. */
export function newSalt(): Buffer {
  return Buffer.from(randomBytes(20).map((byte) => (byte % 126) + 1))
}
