import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { SinkTable } from '../core/sink.ts'
import { tableId } from '../core/table-id.ts'
import { tableSchemaOf } from '../../test/support/table-schema-of.ts'
import { PlainEncoder } from '../../test/support/plain-encoder.ts'
import { rowViewOf } from '../../test/support/row-view-of.ts'
import { TableLoad } from './table-load.ts'

const csv = new PlainEncoder('csv', 3, [0])
const json = new PlainEncoder('json', 3, [0])

function sinkTable(deletes: 'hard' | 'soft' = 'hard'): SinkTable {
  const schema = tableSchemaOf(tableId('public', 't'), ['id', 'a', 'b'], [0])
  const route = {
    table: schema.id,
    targetDatabase: 'd',
    targetTable: 't',
    excludeColumns: [],
    delete: deletes,
    columnTypes: {},
    properties: {},
  }
  return { id: schema.id, schema, route, targetName: 't', encoders: { csv, json }, filter: null }
}

const loadOf = (deletes: 'hard' | 'soft' = 'hard') =>
  new TableLoad({ sinkTable: sinkTable(deletes), json: false, useJson: () => undefined })

const rowsOf = (load: TableLoad) => {
  const encoder = load.body.format === 'csv' ? csv : json
  return encoder.decode(load.body.sealed())
}

type Rows = Map<number, readonly [string, string]>

interface Change {
  readonly key: number
  readonly to: number
  readonly text: string
}

const none = rowViewOf([])

/** Each kind of change, done to the load and to the model of it. */
const STEPS = {
  insert(load: TableLoad, rows: Rows, { key, text }: Change) {
    if (rows.has(key)) return
    load.insert(rowViewOf([String(key), text, `${text}!`]))
    rows.set(key, [text, `${text}!`])
  },
  update(load: TableLoad, rows: Rows, { key, text }: Change) {
    if (!rows.has(key)) return
    load.update(rowViewOf([String(key), text, text]), none, 'none')
    rows.set(key, [text, text])
  },
  keep(load: TableLoad, rows: Rows, { key, text }: Change) {
    const row = rows.get(key)
    if (!row) return
    load.update(rowViewOf([String(key), text, undefined]), none, 'none')
    rows.set(key, [text, row[1]])
  },
  move(load: TableLoad, rows: Rows, { key, to, text }: Change) {
    const row = rows.get(key)
    if (!row || rows.has(to)) return
    load.update(rowViewOf([String(to), text, undefined]), rowViewOf([String(key), null, null]), 'key')
    rows.delete(key)
    rows.set(to, [text, row[1]])
  },
  delete(load: TableLoad, rows: Rows, { key }: Change) {
    if (!rows.delete(key)) return
    load.delete(rowViewOf([String(key), null, null]), 'key')
  },
  truncate(load: TableLoad, rows: Rows) {
    load.truncate()
    rows.clear()
  },
}

const change = fc.record({
  kind: fc.constantFrom('insert', 'update', 'keep', 'move', 'delete', 'truncate'),
  key: fc.integer({ min: 0, max: 5 }),
  to: fc.integer({ min: 0, max: 5 }),
  text: fc.constantFrom('a', 'b', 'long text', '\u0001', '', 'é😀'),
})

describe('a table’s load', () => {
  it('keeps only the last state of each key', () => {
    const load = loadOf()
    load.insert(rowViewOf(['1', 'x', 'y']))
    load.insert(rowViewOf(['2', 'x', 'y']))
    load.update(rowViewOf(['1', 'z', 'y']), rowViewOf([]), 'none')
    load.delete(rowViewOf(['2', null, null]), 'key')
    expect(rowsOf(load)).toEqual([
      { fields: ['1', 'z', 'y'], op: 'u' },
      { fields: ['2', null, null], op: 'd' },
    ])
  })

  it('tells at any time how many bytes it would load, and takes more rows afterwards', () => {
    const load = loadOf()
    for (const text of ['first', 'second']) {
      load.insert(rowViewOf(['1', text, 'b']))
      load.insert(rowViewOf(['2', text, 'b']))
      expect(load.body.loadBytes).toBe(2 * `1 ${text} b u `.length)
    }
    const told = load.body.loadBytes
    expect(load.body.sealed()).toHaveLength(told)
    expect(rowsOf(load).map(({ fields }) => fields[1])).toEqual(['second', 'second'])
  })

  it('turns a key change into a delete of the old key and an upsert of the new one', () => {
    const load = loadOf()
    load.update(rowViewOf(['2', 'x', 'y']), rowViewOf(['1', null, null]), 'key')
    expect(rowsOf(load).map(({ fields, op }) => [fields[0], op])).toEqual([
      ['1', 'd'],
      ['2', 'u'],
    ])
  })

  it('ends right when two keys are swapped in one transaction', () => {
    const load = loadOf()
    load.update(rowViewOf(['3', 'one', '']), rowViewOf(['1', null, null]), 'key')
    load.update(rowViewOf(['1', 'two', '']), rowViewOf(['2', null, null]), 'key')
    load.update(rowViewOf(['2', 'one', '']), rowViewOf(['3', null, null]), 'key')
    const state = new Map(rowsOf(load).map(({ fields, op }) => [fields[0], op === 'u' ? fields[1] : 'deleted']))
    expect(state).toEqual(
      new Map([
        ['1', 'two'],
        ['2', 'one'],
        ['3', 'deleted'],
      ]),
    )
  })

  it('takes an unchanged value from the row’s own earlier state, under the key that it had', () => {
    const load = loadOf()
    load.insert(rowViewOf(['1', 'x', 'toasted']))
    load.update(rowViewOf(['3', 'x2', undefined]), rowViewOf(['1', null, null]), 'key')
    load.insert(rowViewOf(['1', 'new', 'another']))
    const state = new Map(rowsOf(load).map(({ fields }) => [fields[0], fields[2]]))
    expect(state.get('3')).toBe('toasted')
    expect(load.body.pending.size).toBe(0)
  })

  it('remembers the origin key of a missing value through a chain of key changes', () => {
    const load = loadOf()
    load.update(rowViewOf(['2', 'x', undefined]), rowViewOf(['1', null, null]), 'key')
    load.update(rowViewOf(['3', 'x', undefined]), rowViewOf(['2', null, null]), 'key')
    const [pending] = [...load.body.pending.values()]
    expect(pending).toMatchObject({ keyTexts: ['3'], columns: [2], moved: true, fromSource: false })
    expect(pending?.originKey.toString()).toBe('1\u0001')
  })

  it('keeps a missing value’s origin key in the format that the row itself brings about', () => {
    const load = loadOf()
    load.update(rowViewOf(['1', 'with \u0001 inside', undefined]), none, 'none')
    const [pending] = [...load.body.pending.values()]
    expect(load.body.format).toBe('json')
    expect(pending?.originKey.toString()).toBe(`${Buffer.from('1').toString('hex')}\u0001`)
  })

  it('writes everything anew as JSON when a value cannot stand in CSV, missing values included', () => {
    const load = loadOf()
    load.insert(rowViewOf(['1', 'x', null]))
    load.update(rowViewOf(['2', 'y', undefined]), rowViewOf([]), 'none')
    load.insert(rowViewOf(['3', 'with \u0001 inside', '']))
    expect(load.body.format).toBe('json')
    expect(rowsOf(load).map(({ fields }) => fields[1])).toEqual(['x', 'y', 'with \u0001 inside'])
    const [pending] = [...load.body.pending.values()]
    expect(pending?.originKey.toString()).toBe(`${Buffer.from('2').toString('hex')}\u0001`)
  })

  it('ends in the state that a map of rows ends in, whatever the order of changes', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 40 }), (changes) => {
        const load = loadOf()
        const rows = new Map<number, readonly [string, string]>()
        for (const one of changes) STEPS[one.kind](load, rows, one)
        expect(load.body.pending.size).toBe(0)
        const ended = rowsOf(load).filter(({ op }) => op === 'u')
        expect(new Map(ended.map(({ fields: [key, a, b] }) => [Number(key), [a, b]]))).toEqual(rows)
      }),
      { numRuns: 500 },
    )
  })
})

describe('a load whose table marks what is deleted', () => {
  const key = (id: string) => rowViewOf([id, null, null])
  const soft = () => loadOf('soft')

  it('keeps the values that the batch has', () => {
    const load = soft()
    load.insert(rowViewOf(['1', 'x', 'y']))
    load.delete(key('1'), 'key')
    expect(rowsOf(load)).toEqual([{ fields: ['1', 'x', 'y'], op: 'm' }])
    expect(load.body.pending.size).toBe(0)
  })

  it('keeps the values of a whole old row', () => {
    const load = soft()
    load.delete(rowViewOf(['1', null, 'y']), 'full')
    expect(rowsOf(load)).toEqual([{ fields: ['1', null, 'y'], op: 'm' }])
  })

  it('leaves the values that nobody knows to be read at the target, under the key that the row had there', () => {
    const load = soft()
    load.update(rowViewOf(['2', 'z', undefined]), key('1'), 'key')
    load.delete(key('2'), 'key')
    const pending = [...load.body.pending.values()].map(({ originKey, columns, marked }) => ({
      key: originKey.toString(),
      columns,
      marked,
    }))
    expect(pending).toEqual([
      { key: '1\u0001', columns: [1, 2], marked: true },
      { key: '1\u0001', columns: [2], marked: true },
    ])
    expect(rowsOf(load)[1]?.fields[1]).toBe('z')
  })

  it('revives a row whose key is inserted again', () => {
    const load = soft()
    load.delete(key('1'), 'key')
    load.insert(rowViewOf(['1', 'new', 'row']))
    expect(rowsOf(load)).toEqual([{ fields: ['1', 'new', 'row'], op: 'u' }])
    expect(load.body.pending.size).toBe(0)
  })

  it('writes a marked row anew as JSON, with what it misses', () => {
    const load = soft()
    load.delete(key('1'), 'key')
    load.insert(rowViewOf(['2', 'x\u0001', 'y']))
    expect(rowsOf(load).map(({ op }) => op)).toEqual(['m', 'u'])
    expect([...load.body.pending.values()].map(({ marked }) => marked)).toEqual([true])
  })
})
