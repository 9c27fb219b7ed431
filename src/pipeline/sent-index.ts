import { hashBytes } from './key-index.ts'
import type { LoadBody } from './load-body.ts'

/** Records of one page of an index: what is read at once. */
export const INDEX_PAGE_RECORDS = 2048

/** Records of one index at most: hash and ordinal of a record must fit into the 53 bits of a number. */
const MOST_RECORDS = 2 ** 20

/** Hash of the key, offset in the body, length, length of the key. */
const FIELDS = 4

const RECORD_BYTES = FIELDS * Uint32Array.BYTES_PER_ELEMENT

/** Where the records of a sealed body are, ordered by the hash of their keys. */
export interface SortedIndex {
  readonly bytes: Buffer
  readonly records: number
  /** The first hash of each page of {@link INDEX_PAGE_RECORDS}. */
  readonly fences: Uint32Array
}

/** The indexes of a sealed body: one, unless it has very many records. */
export function sortedIndexes(body: LoadBody): readonly SortedIndex[] {
  const located = locate(body)
  const count = located.length / FIELDS
  const indexes: SortedIndex[] = []
  for (let from = 0; from < count; from += MOST_RECORDS) {
    indexes.push(sorted(located.subarray(from * FIELDS, Math.min(count, from + MOST_RECORDS) * FIELDS)))
  }
  return indexes
}

function locate(body: LoadBody): Uint32Array {
  const located = new Uint32Array(body.rows * FIELDS)
  const bytes = body.sealed()
  let at = 0
  let offset = 0
  body.eachSealed((lengthBytes, keyLength) => {
    located[at] = hashBytes(bytes, offset, offset + keyLength)
    located[at + 1] = offset
    located[at + 2] = lengthBytes
    located[at + 3] = keyLength
    at += FIELDS
    offset += lengthBytes
  })
  return located
}

function sorted(located: Uint32Array): SortedIndex {
  const records = located.length / FIELDS
  const order = new Float64Array(records)
  for (let record = 0; record < records; record++) {
    order[record] = (located[record * FIELDS] ?? 0) * MOST_RECORDS + record
  }
  order.sort()
  const index = new Uint32Array(located.length)
  const fences = new Uint32Array(Math.ceil(records / INDEX_PAGE_RECORDS))
  for (let to = 0; to < records; to++) {
    const from = ((order[to] ?? 0) % MOST_RECORDS) * FIELDS
    for (let field = 0; field < FIELDS; field++) index[to * FIELDS + field] = located[from + field] ?? 0
    if (to % INDEX_PAGE_RECORDS === 0) fences[to / INDEX_PAGE_RECORDS] = located[from] ?? 0
  }
  return { bytes: Buffer.from(index.buffer), records, fences }
}

/** How many of the ascending numbers are less than `value`; with `stride`, of every so-manieth of them. */
export function lowerBound(ascending: Uint32Array, value: number, stride = 1): number {
  let low = 0
  let high = ascending.length / stride
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((ascending[middle * stride] ?? 0) < value) low = middle + 1
    else high = middle
  }
  return low
}

/** A page of an index, once its bytes are read into it. */
export interface IndexPage {
  readonly bytes: Buffer
  readonly records: number
  /** The first record whose hash is not less. */
  firstOf(hash: number): number
  hash(record: number): number
  offset(record: number): number
  length(record: number): number
  keyLength(record: number): number
}

/** Room for a page of so many records. */
export function indexPage(records: number): IndexPage {
  const fields = new Uint32Array(records * FIELDS)
  const field = (record: number, which: number): number => fields[record * FIELDS + which] ?? 0
  return {
    bytes: Buffer.from(fields.buffer),
    records,
    // The hash is the first field of each record.
    firstOf: (hash) => lowerBound(fields, hash, FIELDS),
    hash: (record) => field(record, 0),
    offset: (record) => field(record, 1),
    length: (record) => field(record, 2),
    keyLength: (record) => field(record, 3),
  }
}

/** Bytes of an index before its nth page. */
export const pageOffset = (page: number): number => page * INDEX_PAGE_RECORDS * RECORD_BYTES
