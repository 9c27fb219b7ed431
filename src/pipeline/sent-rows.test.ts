import { describe, expect, it } from 'vitest'
import { MemoryFile } from '../../test/support/memory-file.ts'
import { rowViewOf } from '../../test/support/row-view-of.ts'
import { PlainEncoder } from '../../test/support/plain-encoder.ts'
import { tableSchemaOf } from '../../test/support/table-schema-of.ts'
import type { SinkTable } from '../core/sink.ts'
import { tableId } from '../core/table-id.ts'
import { hashBytes } from './key-index.ts'
import { SentRows } from './sent-rows.ts'
import { TableLoad } from './table-load.ts'

const csv = new PlainEncoder('csv', 3, [0])

function sinkTable(name: string, parts: { readonly soft?: boolean; readonly full?: boolean } = {}): SinkTable {
  const schema = {
    ...tableSchemaOf(tableId('public', name), ['id', 'a', 'b'], [0]),
    ...(parts.full === true && { replicaIdentity: 'full' as const }),
  }
  const route = {
    table: schema.id,
    targetDatabase: 'd',
    targetTable: name,
    excludeColumns: [],
    delete: parts.soft === true ? ('soft' as const) : ('hard' as const),
    columnTypes: {},
    properties: {},
  }
  return { id: schema.id, schema, route, targetName: name, encoders: { csv, json: csv }, filter: null }
}

const table = sinkTable('t')
const hashOf = (key: string): number => hashBytes(keyOf(key), 0, keyOf(key).length)
const keyOf = (key: string): Buffer => Buffer.from(`${key}\u0001`)

/** Sends one part: rows of these keys, each with this text. */
async function part(sent: SentRows, keys: Iterable<string>, text: string, to = table): Promise<void> {
  const load = new TableLoad({ sinkTable: to, json: false, useJson: () => undefined })
  for (const key of keys) {
    if (text === 'deleted') load.delete(rowViewOf([key, null, null]), 'key')
    else load.insert(rowViewOf([key, text, 'x']))
  }
  await sent.keep(to, load.body)
}

/** What was sent last of each key. */
async function found(sent: SentRows, keys: readonly string[], of = table): Promise<Record<string, string | null>> {
  const texts: Record<string, string | null> = {}
  await sent.find(
    { table: of, parts: sent.partsOf(of) },
    keys.map((key) => ({ key: keyOf(key), of: key })),
    (record, { of: key }) => {
      texts[key] = csv.findField(record, 0, record.length, 1)
        ? record.toString('utf8', csv.fieldStart, csv.fieldEnd)
        : null
      return true
    },
  )
  return texts
}

/** Two keys of one hash, found by trying. */
const TWINS = ['1562789', '1779192'] as const

describe('the rows that were sent', () => {
  it('are found by key, the last state of each, through several parts and many pages', async () => {
    await using sent = new SentRows(async () => new MemoryFile(() => false))
    const keys = Array.from({ length: 7_000 }, (_, i) => String(i))
    await part(sent, keys, 'first')
    await part(sent, keys.slice(100, 200), 'second')
    await part(sent, ['150'], 'deleted')
    await part(sent, ['7'], 'of another table', sinkTable('other'))
    const texts = await found(sent, [...keys, 'absent'])
    expect(Object.keys(texts)).toHaveLength(keys.length)
    for (const key of keys) {
      const isSecond = Number(key) >= 100 && Number(key) < 200
      expect(texts[key]).toBe(key === '150' ? null : isSecond ? 'second' : 'first')
    }
  })

  it('are told apart when the hashes of their keys are the same', async () => {
    await using sent = new SentRows(async () => new MemoryFile(() => false))
    const [one, other] = TWINS
    expect(hashOf(one)).toBe(hashOf(other))
    await part(sent, [one], 'one')
    await part(sent, [other], 'other')
    expect(await found(sent, [one, other])).toEqual({ [one]: 'one', [other]: 'other' })
    await using half = new SentRows(async () => new MemoryFile(() => false))
    await part(half, [one], 'one')
    expect(await found(half, [one, other])).toEqual({ [one]: 'one' })
    await using both = new SentRows(async () => new MemoryFile(() => false))
    await part(both, [one, other], 'both')
    expect(await found(both, [one, other])).toEqual({ [one]: 'both', [other]: 'both' })
  })

  it('are kept only of tables whose updates can leave values out', () => {
    const plain = sinkTable('p')
    const fixed = { ...plain.schema, columns: plain.schema.columns.map((column) => ({ ...column, toastable: false })) }
    expect(SentRows.keeps(plain)).toBe(true)
    expect(SentRows.keeps(sinkTable('f', { full: true }))).toBe(false)
    expect(SentRows.keeps({ ...plain, schema: fixed })).toBe(false)
    expect(SentRows.keeps({ ...sinkTable('s', { soft: true }), schema: fixed })).toBe(true)
  })

  it('tell when there is no room for them', async () => {
    await using sent = new SentRows(async () => new MemoryFile(() => true))
    await expect(part(sent, ['1'], 'a')).rejects.toThrow('full')
  })
})
