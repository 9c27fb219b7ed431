import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CopyRowReader } from './copy-row-reader.ts'
import { CopyTap } from './copy-tap.ts'

function message(type: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5)
  head.write(type, 'latin1')
  head.writeInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

/** What COPY makes of a value. */
function escapeValue(value: string | null): string {
  if (value === null) return String.raw`\N`
  const names: Record<string, string> = { '\b': 'b', '\f': 'f', '\n': 'n', '\r': 'r', '\t': 't', '\v': 'v', '\\': '\\' }
  // oxlint-disable-next-line no-control-regex -- these are the characters that COPY escapes
  return value.replaceAll(/[\u0008\f\n\r\t\v\\]/g, (character) => `\\${names[character]}`)
}

function lineOf(row: readonly (string | null)[]): Buffer {
  return Buffer.from(`${row.map(escapeValue).join('\t')}\n`)
}

/** Gives the bytes to a tap in pieces of these sizes, over and over. */
function feed(tap: CopyTap, bytes: Buffer, pieceBytes: readonly number[]): void {
  for (let from = 0, piece = 0; from < bytes.length; piece++) {
    const space = tap.space()
    const count = Math.min(pieceBytes[piece % pieceBytes.length] ?? 1, space.length, bytes.length - from)
    bytes.copy(space, 0, from, from + count)
    void tap.arrived(count)
    from += count
  }
}

const value = fc.oneof(
  fc.constant(null),
  fc.string({ unit: 'binary', maxLength: 20 }).map((text) => text.replaceAll('\0', '')),
  fc.constantFrom('', '\\', '\\N', '\t', '\n', '\\.', 'x'.repeat(70_000)),
)

test('gives every row to the receiver and everything else to the library, however the bytes are cut', () => {
  const rows = fc
    .integer({ min: 1, max: 5 })
    .chain((columns) => fc.array(fc.array(value, { minLength: columns, maxLength: columns }), { maxLength: 12 }))
  const pieces = fc.array(fc.integer({ min: 1, max: 50_000 }), { minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(rows, pieces, (written, pieceBytes) => {
      const passed: Buffer[] = []
      const tap = new CopyTap((bytes) => passed.push(bytes))
      const read: unknown[] = []
      const columns = written[0]?.length ?? 1
      const reader = new CopyRowReader(
        columns,
        (row) => read.push(Array.from({ length: columns }, (_, column) => row.text(column))),
        () => undefined,
      )
      const before = message('S', Buffer.from('before\0x\0'))
      const start = message('H', Buffer.alloc(5))
      const notice = message('N', Buffer.from('in between'))
      const end = [message('c', Buffer.alloc(0)), message('C', Buffer.from('COPY\0')), message('Z', Buffer.from('I'))]
      const after = message('S', Buffer.from('after\0x\0'))
      feed(tap, before, pieceBytes)
      tap.begin(reader)
      const copied = written.flatMap((row, index) => [message('d', lineOf(row)), ...(index === 1 ? [notice] : [])])
      feed(tap, Buffer.concat([start, ...copied, ...end]), pieceBytes)
      feed(tap, after, pieceBytes)
      expect(read).toEqual(
        written.map((row) => row.map((text) => (text === null ? null : Buffer.from(text).toString()))),
      )
      expect(reader.rows).toBe(written.length)
      const notices = written.length > 1 ? [notice] : []
      expect(Buffer.concat(passed).toString('latin1')).toBe(
        Buffer.concat([before, start, ...notices, ...end, after]).toString('latin1'),
      )
    }),
    { numRuns: 200 },
  )
})

test('takes a message larger than its store and gives the room back afterwards', () => {
  const tap = new CopyTap(() => undefined)
  let length = 0
  const reader = new CopyRowReader(
    1,
    (row) => {
      length = row.lengths[0] ?? 0
    },
    () => undefined,
  )
  tap.begin(reader)
  feed(tap, message('d', Buffer.concat([Buffer.alloc(20_000_000, 'x'), Buffer.from('\n')])), [60_000])
  expect(length).toBe(20_000_000)
  feed(tap, message('d', Buffer.from('small\n')), [60_000])
  expect(tap.space().length).toBeLessThan(2_000_000)
})

test.each([
  ['too few columns', 'a\n', 2],
  ['too many columns', 'a\tb\n', 1],
  ['no end of line', 'a', 1],
])('refuses a row with %s', (_, line, columns) => {
  const reader = new CopyRowReader(
    columns,
    () => undefined,
    () => undefined,
  )
  const bytes = Buffer.from(line)
  expect(() => reader.data(bytes, 0, bytes.length)).toThrow(/COPY sent a/)
})

test('reads several lines of one message', () => {
  const read: unknown[] = []
  const reader = new CopyRowReader(
    2,
    (row) => read.push([row.text(0), row.text(1)]),
    () => undefined,
  )
  const bytes = Buffer.from('1\t\\N\n2\t\\\\N\n')
  reader.data(bytes, 0, bytes.length)
  expect(read).toEqual([
    ['1', null],
    ['2', '\\N'],
  ])
})
