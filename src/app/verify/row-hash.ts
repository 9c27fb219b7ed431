const C1 = 0x239b961b
const C2 = 0xab0e9789
const C3 = 0x38b34ae5
const C4 = 0xa1e38b93

const rotateLeft = (value: number, by: number): number => (value << by) | (value >>> (32 - by))

const finish = (value: number): number => {
  const once = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  const twice = Math.imul(once ^ (once >>> 13), 0xc2b2ae35)
  return (twice ^ (twice >>> 16)) >>> 0
}

/**
 * A 128-bit hash of bytes without an object per call: MurmurHash3 x86_128, seed 0. Whoever can choose rows can make two
 * collide; nothing that happens by accident does.
 * @see https://github.com/aappleby/smhasher/blob/master/src/MurmurHash3.cpp
 */
export class RowHash {
  /** The four words of the last hash, unsigned. */
  readonly words = new Uint32Array(4)
  readonly #tail = new Uint32Array(4)

  /** Hashes `bytes[start, end)` into {@link RowHash.words}. */
  hash(bytes: Buffer, start: number, end: number): void {
    const length = end - start
    const bodyEnd = end - (length & 15)
    let [h1, h2, h3, h4] = [0, 0, 0, 0]
    for (let at = start; at < bodyEnd; at += 16) {
      h1 ^= Math.imul(rotateLeft(Math.imul(wordAt(bytes, at), C1), 15), C2)
      h1 = (Math.imul((rotateLeft(h1, 19) + h2) | 0, 5) + 0x561ccd1b) | 0
      h2 ^= Math.imul(rotateLeft(Math.imul(wordAt(bytes, at + 4), C2), 16), C3)
      h2 = (Math.imul((rotateLeft(h2, 17) + h3) | 0, 5) + 0x0bcaa747) | 0
      h3 ^= Math.imul(rotateLeft(Math.imul(wordAt(bytes, at + 8), C3), 17), C4)
      h3 = (Math.imul((rotateLeft(h3, 15) + h4) | 0, 5) + 0x96cd1c35) | 0
      h4 ^= Math.imul(rotateLeft(Math.imul(wordAt(bytes, at + 12), C4), 18), C1)
      h4 = (Math.imul((rotateLeft(h4, 13) + h1) | 0, 5) + 0x32ac3b17) | 0
    }
    const [k1, k2, k3, k4] = this.#readTail(bytes, bodyEnd, end)
    h1 ^= Math.imul(rotateLeft(Math.imul(k1, C1), 15), C2) ^ length
    h2 ^= Math.imul(rotateLeft(Math.imul(k2, C2), 16), C3) ^ length
    h3 ^= Math.imul(rotateLeft(Math.imul(k3, C3), 17), C4) ^ length
    h4 ^= Math.imul(rotateLeft(Math.imul(k4, C4), 18), C1) ^ length
    this.#finish(h1, h2, h3, h4)
  }

  /** The bytes after the last whole block, filled up with zeros. */
  #readTail(bytes: Buffer, from: number, end: number): readonly [number, number, number, number] {
    const tail = this.#tail
    tail.fill(0)
    for (let at = from; at < end; at++) {
      const offset = at - from
      tail[offset >> 2] = (tail[offset >> 2] ?? 0) | ((bytes[at] ?? 0) << ((offset & 3) << 3))
    }
    return [tail[0] ?? 0, tail[1] ?? 0, tail[2] ?? 0, tail[3] ?? 0]
  }

  #finish(h1: number, h2: number, h3: number, h4: number): void {
    const sum = (h1 + h2 + h3 + h4) | 0
    const [a, b, c, d] = [finish(sum), finish((h2 + sum) | 0), finish((h3 + sum) | 0), finish((h4 + sum) | 0)]
    const all = (a + b + c + d) >>> 0
    this.words[0] = all
    this.words[1] = b + all
    this.words[2] = c + all
    this.words[3] = d + all
  }
}

function wordAt(bytes: Buffer, at: number): number {
  return (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24)
}
