import { expect, test } from 'vitest'
import { binary, message, u32, unchanged } from '../../../../test/support/pgoutput-bytes.ts'
import { RecordedChanges, UNCHANGED } from '../../../../test/support/recorded-changes.ts'
import { PgoutputDecoder } from './decoder.ts'

const ITEMS = { oid: 16_384, name: 'items', columns: ['*id', 'name'] }

function decode(messages: readonly Buffer[], recorded = new RecordedChanges()): RecordedChanges {
  const decoder = new PgoutputDecoder(recorded)
  // In the middle of a larger buffer, as in life: what is around a message must not be read.
  for (const bytes of messages) {
    const around = Buffer.concat([Buffer.alloc(3, 0x74), bytes, Buffer.alloc(64, 0x74)])
    decoder.decode(around, 3, 3 + bytes.length)
  }
  return recorded
}

/** The messages inside one transaction, after the relation `items`. */
function inTransaction(...messages: readonly Buffer[]): Buffer[] {
  return [message.begin(7), message.relation(ITEMS), ...messages, message.commit(0x200n)]
}

const everyMessage: readonly (readonly [string, Buffer])[] = [
  ['begin', message.begin(7)],
  ['commit', message.commit(0x200n)],
  ['origin', message.origin()],
  ['type', message.type()],
  ['relation', message.relation({ oid: 20, name: 'new', columns: ['*a', 'b', 'c'] })],
  ['insert', message.insert(ITEMS.oid, ['1', 'a'])],
  ['update', message.update(ITEMS.oid, ['1', unchanged])],
  ['update with key', message.update(ITEMS.oid, ['1', 'b'], { kind: 'K', row: ['0', null] })],
  ['update with old row', message.update(ITEMS.oid, ['1', 'b'], { kind: 'O', row: ['1', 'a'] })],
  ['delete', message.delete(ITEMS.oid, 'K', ['1', null])],
  ['truncate', message.truncate([ITEMS.oid])],
  ['message', message.message('prefix', 'content', true)],
]

test('gives the head of a transaction with its times since 1970 and its end', () => {
  const recorded = decode([message.begin(7, 0x1_0000_0002n, 1_000_000n), message.commit(0x1_0000_0042n)])
  expect(recorded.heads).toEqual([{ xid: 7, commitLsn: 0x1_0000_0002n, commitTimeUs: 946_684_801_000_000n }])
  expect(recorded.commits).toEqual([0x1_0000_0042n])
})

test('gives inserts, updates and deletes with texts, nulls and unchanged values', () => {
  const recorded = decode(
    inTransaction(
      message.insert(ITEMS.oid, ['1', 'añ😀']),
      message.insert(ITEMS.oid, ['', null]),
      message.update(ITEMS.oid, ['1', unchanged]),
      message.update(ITEMS.oid, ['2', 'b'], { kind: 'K', row: ['1', null] }),
      message.update(ITEMS.oid, ['2', 'c'], { kind: 'O', row: ['2', 'b'] }),
      message.delete(ITEMS.oid, 'K', ['2', null]),
      message.delete(ITEMS.oid, 'O', ['2', 'c']),
    ),
  )
  const table = 'public.items'
  expect(recorded.rows).toEqual([
    { tag: 'insert', table, row: { id: '1', name: 'añ😀' } },
    { tag: 'insert', table, row: { id: '', name: null } },
    { tag: 'update', table, row: { id: '1', name: UNCHANGED }, oldKind: 'none', old: {} },
    { tag: 'update', table, row: { id: '2', name: 'b' }, oldKind: 'key', old: { id: '1', name: null } },
    { tag: 'update', table, row: { id: '2', name: 'c' }, oldKind: 'full', old: { id: '2', name: 'b' } },
    { tag: 'delete', table, oldKind: 'key', old: { id: '2', name: null } },
    { tag: 'delete', table, oldKind: 'full', old: { id: '2', name: 'c' } },
  ])
})

test('counts unchanged values anew for each row', () => {
  const counts: number[] = []
  const recorded = new RecordedChanges()
  recorded.update = (_oid, row) => void counts.push(row.unchangedCount)
  decode(
    inTransaction(
      message.update(ITEMS.oid, [unchanged, unchanged]),
      message.update(ITEMS.oid, ['1', unchanged]),
      message.update(ITEMS.oid, ['1', 'a']),
    ),
    recorded,
  )
  expect(counts).toEqual([2, 1, 0])
})

test('gives truncates, messages in and outside of transactions, and passes over types and origins', () => {
  const recorded = decode([
    message.message('free', 'now', false),
    message.begin(7),
    message.origin(),
    message.type(),
    message.relation(ITEMS),
    message.truncate([ITEMS.oid]),
    message.message('bound', 'then', true),
    message.commit(0x200n),
  ])
  expect(recorded.changes).toEqual([
    { tag: 'message', prefix: 'free', content: 'now', transactional: false },
    { tag: 'begin', xid: 7 },
    { tag: 'relation', table: 'public.items', columns: ['id', 'name'] },
    { tag: 'truncate', tables: ['public.items'] },
    { tag: 'message', prefix: 'bound', content: 'then', transactional: true },
    { tag: 'commit' },
  ])
})

test('reads what a relation is', () => {
  const recorded = decode([
    message.begin(7),
    message.relation({ oid: 5, schema: '', name: 'pg_things', identity: 'i', columns: ['*a', 'b'] }),
    message.truncate([5]),
  ])
  expect(recorded.relations.get(5)).toEqual({
    oid: 5,
    table: 'pg_catalog.pg_things',
    replicaIdentity: 'index',
    columns: [
      { name: 'a', typeOid: 25, typmod: -1, partOfKey: true },
      { name: 'b', typeOid: 25, typmod: -1, partOfKey: false },
    ],
  })
})

test.each([
  ['d', 'default'],
  ['n', 'nothing'],
  ['f', 'full'],
  ['i', 'index'],
])('knows replica identity %s as %s', (identity, replicaIdentity) => {
  const recorded = decode([message.begin(7), message.relation({ ...ITEMS, identity }), message.truncate([ITEMS.oid])])
  expect(recorded.relations.get(ITEMS.oid)).toMatchObject({ replicaIdentity })
})

test('tells a relation before its first row only, and again when its content changed', () => {
  const row = message.insert(ITEMS.oid, ['1', 'a'])
  const recorded = decode([
    ...inTransaction(message.relation({ oid: 9, name: 'never_used', columns: ['x'] }), row, row),
    ...inTransaction(row),
    message.begin(8),
    message.relation({ ...ITEMS, columns: ['*id', 'name', 'price'] }),
    message.insert(ITEMS.oid, ['2', 'b', '3']),
    message.commit(0x300n),
    ...inTransaction(row),
  ])
  expect(recorded.changes.filter(({ tag }) => tag === 'relation')).toEqual([
    { tag: 'relation', table: 'public.items', columns: ['id', 'name'] },
    { tag: 'relation', table: 'public.items', columns: ['id', 'name', 'price'] },
    { tag: 'relation', table: 'public.items', columns: ['id', 'name'] },
  ])
})

test('makes room for rows of 1,600 columns', () => {
  const columns = Array.from({ length: 1600 }, (_, index) => `c${index}`)
  const recorded = decode([
    message.begin(7),
    message.relation({ oid: 5, name: 'wide', columns }),
    message.insert(
      5,
      columns.map((_, index) => String(index)),
    ),
    message.commit(1n),
  ])
  expect(recorded.rows).toEqual([
    {
      tag: 'insert',
      table: 'public.wide',
      row: Object.fromEntries(columns.map((name, index) => [name, String(index)])),
    },
  ])
})

test.each(everyMessage)('refuses %s cut short at any byte, and with a byte too many', (name, bytes) => {
  const before = name === 'begin' ? [] : [message.begin(6), message.relation(ITEMS)]
  for (let length = 0; length < bytes.length; length += 1) {
    expect(() => decode([...before, bytes.subarray(0, length)]), `at ${length}`).toThrow(
      expect.objectContaining({ code: 'STREAM_PROTOCOL' }),
    )
  }
  expect(() => decode([...before, Buffer.concat([bytes, Buffer.from([0])])])).toThrow(
    expect.objectContaining({ code: 'STREAM_PROTOCOL' }),
  )
  expect(() => decode([...before, bytes])).not.toThrow()
})

test.each<readonly [string, readonly Buffer[], RegExp]>([
  ['a row outside of a transaction', [message.relation(ITEMS), message.insert(ITEMS.oid, ['1', 'a'])], /outside/],
  ['a row of a relation that was not announced', [message.begin(7), message.insert(99, ['1'])], /99/],
  ['a row with too few columns', inTransaction(message.insert(ITEMS.oid, ['1'])), /1 columns, its relation 2/],
  ['a binary value', inTransaction(message.insert(ITEMS.oid, ['1', binary(Buffer.alloc(2))])), /kind 98/],
  ['a begin inside a transaction', [message.begin(7), message.begin(8)], /begins inside/],
  ['a commit without a begin', [message.commit(1n)], /without a begin/],
  ['a transactional message by itself', [message.message('p', 'c', true)], /outside of a transaction/],
  ['a relation without a name', [message.relation({ ...ITEMS, name: '' })], /no name/],
  ['an unknown replica identity', [message.relation({ ...ITEMS, identity: 'x' })], /"x"/],
  ['an update whose old row has no kind', inTransaction(Buffer.from('U\0\0\x40\0Q', 'latin1')), /kind 81/],
  ['a message of two-phase commit', [Buffer.from('b')], /two_phase/],
  ['an unknown message', [Buffer.from('?')], /unknown type/],
  [
    'a negative length of a message',
    [Buffer.concat([message.message('p', '', false).subarray(0, -4), u32(-1)])],
    /cut short/,
  ],
])('refuses %s', (_, messages, text) => {
  expect(() => decode(messages)).toThrow(
    expect.objectContaining({ code: 'STREAM_PROTOCOL', message: expect.stringMatching(text) }),
  )
})

test('lets an error of the handler through', () => {
  const recorded = new RecordedChanges()
  recorded.insert = () => {
    throw new RangeError('no room')
  }
  expect(() => decode(inTransaction(message.insert(ITEMS.oid, ['1', 'a'])), recorded)).toThrow('no room')
})

test('tells whether it is in a transaction, and where the last one ended', () => {
  const decoder = new PgoutputDecoder(new RecordedChanges())
  const states: unknown[] = []
  for (const bytes of [message.begin(7), message.commit(0x200n)]) {
    states.push([decoder.inTransaction, decoder.position])
    decoder.decode(bytes, 0, bytes.length)
  }
  states.push([decoder.inTransaction, decoder.position])
  expect(states).toEqual([
    [false, 0n],
    [true, 0n],
    [false, 0x200n],
  ])
})
