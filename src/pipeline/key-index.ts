/** Hash of `bytes[start, end)`: FNV-1a over the bytes, finished by a mix so that low bits are good. */
export function hashBytes(bytes: Buffer, start: number, end: number): number {
  let hash = 0x811c9dc5
  for (let i = start; i < end; i++) hash = Math.imul(hash ^ (bytes[i] ?? 0), 0x01000193)
  hash ^= hash >>> 15
  hash = Math.imul(hash, 0x2c1b3c6d)
  return (hash ^ (hash >>> 12)) | 0
}

const EMPTY = -1

/** How the index tells whether an entry has the key that is looked for. */
export type SameKey = (entry: number) => boolean

/**
 * Finds the latest entry of each key: an open-addressing table of entry numbers, without an object per key.
 *
 * The keys themselves stay where the caller has them; `SameKey` compares.
 */
export class KeyIndex {
  #slots = new Int32Array(1024).fill(EMPTY)
  #hashes = new Int32Array(1024)
  #used = 0

  /** Keys in the index. */
  get size(): number {
    return this.#used
  }

  /** The entry of the key, or -1. */
  find(hash: number, same: SameKey): number {
    const mask = this.#slots.length - 1
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const entry = this.#slots[slot] ?? EMPTY
      if (entry === EMPTY) return EMPTY
      if (this.#hashes[slot] === hash && same(entry)) return entry
    }
  }

  /** Makes `entry` the latest of its key. Returns the entry that was the latest before, or -1. */
  put(hash: number, entry: number, same: SameKey): number {
    if (this.#used * 2 >= this.#slots.length) this.#grow()
    const mask = this.#slots.length - 1
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const found = this.#slots[slot] ?? EMPTY
      if (found === EMPTY) {
        this.#slots[slot] = entry
        this.#hashes[slot] = hash
        this.#used++
        return EMPTY
      }
      if (this.#hashes[slot] === hash && same(found)) {
        this.#slots[slot] = entry
        return found
      }
    }
  }

  /** Forgets every key. Keeps the room, unless it has grown beyond what a usual batch needs. */
  clear(): void {
    if (this.#slots.length > 1 << 20) {
      this.#slots = new Int32Array(1024)
      this.#hashes = new Int32Array(1024)
    }
    this.#slots.fill(EMPTY)
    this.#used = 0
  }

  #grow(): void {
    const slots = this.#slots
    const hashes = this.#hashes
    this.#slots = new Int32Array(slots.length * 2).fill(EMPTY)
    this.#hashes = new Int32Array(slots.length * 2)
    const mask = this.#slots.length - 1
    for (let i = 0; i < slots.length; i++) {
      const entry = slots[i] ?? EMPTY
      if (entry === EMPTY) continue
      const hash = hashes[i] ?? 0
      let slot = hash & mask
      while (this.#slots[slot] !== EMPTY) slot = (slot + 1) & mask
      this.#slots[slot] = entry
      this.#hashes[slot] = hash
    }
  }
}
