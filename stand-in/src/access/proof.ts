import { createHash, timingSafeEqual } from 'node:crypto'

/** What a client offers to show that it knows a password. */
export interface Proof {
  readonly isEmpty: boolean
  /** Whether it was made from the password that this hash was made from. */
  readonly shows: (hash: string) => boolean
}

const sha1 = (...parts: readonly Uint8Array[]): Buffer => {
  const hash = createHash('sha1')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

/** SHA1(SHA1(password)) as hexadecimal digits; empty for the empty password. */
export const passwordHash = (password: string): string =>
  password === '' ? '' : sha1(sha1(Buffer.from(password))).toString('hex')

/** A password in clear, as HTTP Basic brings it. */
export const clearProof = (password: string): Proof => ({
  isEmpty: password === '',
  shows: (hash) => passwordHash(password) === hash,
})

/** A scramble of `mysql_native_password`: SHA1(p) xor SHA1(salt, SHA1(SHA1(p))). */
export const nativeProof = (scramble: Buffer, salt: Buffer): Proof => ({
  isEmpty: scramble.length === 0,
  shows(hash) {
    if (hash === '' || scramble.length !== 20) return hash === '' && scramble.length === 0
    const stored = Buffer.from(hash, 'hex')
    const mask = sha1(salt, stored)
    const first = Buffer.from(scramble.map((byte, index) => byte ^ (mask[index] ?? 0)))
    return timingSafeEqual(sha1(first), stored)
  },
})
