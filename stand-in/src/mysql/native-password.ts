import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

const sha1 = (...parts: readonly Uint8Array[]): Buffer => {
  const hash = createHash('sha1')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

/** Twenty bytes for a handshake, none of them zero. */
export function newSalt(): Buffer {
  return Buffer.from(randomBytes(20).map((byte) => (byte % 126) + 1))
}

/** Whether the scramble of `mysql_native_password` was made from the password: SHA1(p) xor SHA1(salt, SHA1(SHA1(p))). */
export function isNativePassword(scramble: Buffer, salt: Buffer, password: string): boolean {
  if (password === '') return scramble.length === 0
  if (scramble.length !== 20) return false
  const first = sha1(Buffer.from(password))
  const mask = sha1(salt, sha1(first))
  const expected = Buffer.from(first.map((byte, index) => byte ^ (mask[index] ?? 0)))
  return timingSafeEqual(expected, scramble)
}
