import { describe, expect, test } from 'vitest'
import type { SinkTable } from '../../../core/sink.ts'
import { tableId } from '../../../core/table-id.ts'
import {
  accountsSchema,
  apply,
  ask,
  begin,
  keyOf,
  loadOf,
  openAccounts,
  type Row,
  writerOf,
} from '../testing/sink-fixture.ts'
import { SinkWorld } from '../testing/sink-world.ts'
import { routeOf, schemaOf } from '../testing/source-fixtures.ts'

describe('target tables', { timeout: 60_000 }, () => {
  const world = new SinkWorld({ name: 'tables' })

  const put = async (into: SinkTable, rows: readonly Row[]): Promise<void> => {
    world.position = await apply(world.writer, world.position, [loadOf(into, rows)])
    await world.writer.sink.untilVisible()
  }
  const ids = async (name: string): Promise<readonly string[]> =>
    await ask(world.target, `SELECT id FROM ${world.target.database}.${name} ORDER BY id`)
  const names = async (): Promise<readonly string[]> =>
    await ask(world.target, `SHOW TABLES FROM ${world.target.database}`)
  const route = (name = 'a') =>
    routeOf({ table: tableId('public', name), targetTable: name, targetDatabase: world.target.database })

  describe('opening', () => {
    test('adopts a table of the right shape with its rows', async () => {
      await put(world.table, [{ upsert: ['1', 'ann', '1'] }])
      await openAccounts(world.writer, 'a', world.target.database)
      expect(await ids('a')).toEqual(['1'])
    })

    test('refuses a table of another shape, and says what differs and what mends it', async () => {
      await ask(
        world.target,
        `CREATE TABLE ${world.target.database}.b (id BIGINT NOT NULL, owner INT NULL) PRIMARY KEY (id) DISTRIBUTED BY HASH(id) BUCKETS 1 PROPERTIES ("replication_num" = "1")`,
      )
      await expect(openAccounts(world.writer, 'b', world.target.database)).rejects.toMatchObject({
        code: 'TARGET_SHAPE',
        table: 'public.b',
        message: expect.stringMatching(/owner is .*int.* must be .*balance .* is missing/is),
        remedy: expect.stringContaining('DROP TABLE'),
      })
    })

    test('refuses a table that is not keyed', async () => {
      await ask(
        world.target,
        `CREATE TABLE ${world.target.database}.c (id BIGINT NOT NULL, owner VARCHAR(1048576) NULL, balance BIGINT NULL) DUPLICATE KEY (id) DISTRIBUTED BY HASH(id) BUCKETS 1 PROPERTIES ("replication_num" = "1")`,
      )
      await expect(openAccounts(world.writer, 'c', world.target.database)).rejects.toMatchObject({
        message: expect.stringContaining('not a PRIMARY KEY table'),
      })
    })

    test('refuses another database than that of the transaction', async () => {
      await expect(openAccounts(world.writer, 'a', 'elsewhere')).rejects.toMatchObject({ code: 'TARGET_UNSUPPORTED' })
    })
  })

  describe('reading back', () => {
    test('gives the values by the keys that were asked for', async () => {
      await put(world.table, [{ upsert: ['1', 'ann', '1'] }, { upsert: ['2', null, '2'] }])
      for (const format of ['csv', 'json'] as const) {
        const keys = ['1', '2', '3'].map((id) => keyOf(world.table, [id, 'x', '0'], format))
        const wide = loadOf(world.table, [{ upsert: ['1', 'ann', '1'] }], format)
        const found = await world.writer.sink.readBack(world.table, format, keys, [1, 2])
        const texts = new Map(
          found.map(({ key, fields }) => [key.toString(), (fields === 'needs-json' ? [] : fields).map(String)]),
        )
        expect(texts.size).toBe(2)
        expect(wide.body.toString()).toContain(texts.get(String(keys[0]))?.[0])
        expect(texts.get(String(keys[1]))).toEqual(format === 'csv' ? [String.raw`\N`, '2'] : ['null', '2'])
      }
    })

    test('works for keys of several columns, and for many of them', async () => {
      const id = tableId('public', 'pairs')
      const schema = { ...schemaOf({ region: 'text', at: 'timestamp', note: 'text' }, 2), id, name: 'pairs' }
      const pairs = await world.writer.sink.openTable(schema, route('pairs'))
      const rows = Array.from({ length: 1_200 }, (_, i) => ({
        upsert: [`it's ${i % 7}`, `2024-02-29 12:00:00.${i}1`, `note ${i}`],
      }))
      await put(pairs, rows)
      const keys = rows.map((row) => keyOf(pairs, row.upsert))
      const found = await world.writer.sink.readBack(pairs, 'csv', keys, [2])
      const byKey = new Map(found.map(({ key, fields }) => [key.toString('latin1'), String(fields[0])]))
      expect(keys.map((key) => byKey.get(key.toString('latin1')))).toEqual(rows.map((row) => row.upsert[2]))
    })
  })

  describe('emptying', () => {
    test('by deletes of every key, up to a limit', async () => {
      await put(world.table, [{ upsert: ['1', 'ann', '1'] }, { upsert: ['2', 'bob', '2'] }])
      expect(await world.writer.sink.deletesOfAll(world.table, 'csv', 1)).toBe('too-many')
      const deletes = await world.writer.sink.deletesOfAll(world.table, 'csv', 2)
      if (deletes === 'too-many') throw new Error('too many')
      const body = Buffer.concat(deletes.map(({ record }) => record))
      world.position = await apply(world.writer, world.position, [{ table: world.table, format: 'csv', body, rows: 2 }])
      await world.writer.sink.untilVisible()
      expect(await ids('a')).toEqual([])
    })

    test('by a swap, any number of times', async () => {
      for (let times = 0; times < 3; times += 1) {
        await put(world.table, [{ upsert: ['1', 'ann', '1'] }])
        await world.writer.sink.truncate(world.table, world.position, world.writer.ownership)
        await world.writer.sink.truncate(world.table, world.position, world.writer.ownership)
        expect(await ids('a')).toEqual([])
      }
      expect(await names()).toEqual(['_sync_checkpoint', '_sync_chunks', '_sync_tables', 'a'])
    })

    test.each(['cut-before', 'cut-after'] as const)('by a swap whose statements are %s', async (action) => {
      for (const sql of ['CREATE TABLE.*__sync', 'SWAP WITH', 'DROP TABLE.*__sync']) {
        await put(world.table, [{ upsert: ['1', 'ann', '1'] }])
        await world.standIn.faults([{ match: { path: 'query', sql }, action }])
        await expect(
          world.writer.sink.truncate(world.table, world.position, world.writer.ownership),
        ).rejects.toMatchObject({ retry: 'auto' })
        await world.standIn.clearFaults()
        await world.writer.sink.truncate(world.table, world.position, world.writer.ownership)
        expect(await ids('a')).toEqual([])
      }
      expect((await names()).filter((name) => name.includes('__sync'))).toEqual([])
    })

    test('keeps the mark of the generation', async () => {
      const shadow = await world.writer.sink.openShadow(accountsSchema('a'), route(), {
        epoch: 1n,
        number: 9n,
        generation: 6,
      })
      await world.writer.sink.swap(shadow, world.writer.ownership)
      await world.writer.sink.truncate(
        await openAccounts(world.writer, 'a', world.target.database),
        world.position,
        world.writer.ownership,
      )
      expect(await world.writer.sink.liveGeneration(route())).toBe(6)
    })
  })

  describe('a shadow', () => {
    test('takes the place of the live table with its mark', async () => {
      await put(world.table, [{ upsert: ['1', 'ann', '1'] }])
      expect(await world.writer.sink.liveGeneration(route())).toBe(0)
      expect(await world.writer.sink.liveGeneration(route('nothing'))).toBeNull()
      const shadow = await world.writer.sink.openShadow(accountsSchema('a'), route(), {
        epoch: 1n,
        number: 9n,
        generation: 6,
      })
      await put(shadow, [{ upsert: ['2', 'bob', '2'] }])
      expect(await ids('a')).toEqual(['1'])
      const live = await world.writer.sink.swap(shadow, world.writer.ownership)
      expect([live.targetName, await ids('a'), await world.writer.sink.liveGeneration(route())]).toEqual([
        'a',
        ['2'],
        6,
      ])
      await put(live, [{ upsert: ['3', 'cid', '3'] }])
      expect(await ids('a')).toEqual(['2', '3'])
    })

    test('becomes the live table where there is none', async () => {
      const schema = accountsSchema('fresh')
      const shadow = await world.writer.sink.openShadow(schema, route('fresh'), {
        epoch: 1n,
        number: 9n,
        generation: 6,
      })
      await put(shadow, [{ upsert: ['2', 'bob', '2'] }])
      await world.writer.sink.swap(shadow, world.writer.ownership)
      expect(await ids('fresh')).toEqual(['2'])
    })

    test('that a later epoch made is left alone by a process that slept while it took over', async () => {
      const name = { epoch: 99n, number: 9n, generation: 6 }
      const later = await world.writer.sink.openShadow(accountsSchema('a'), route(), name)
      await world.writer.sink.takeOver(world.writer.ownership)
      expect(await names()).toContain(later.targetName)
      await ask(world.target, `DROP TABLE ${world.target.database}.${later.targetName} FORCE`)
    })

    test('that an older epoch left is dropped in taking over; those of other pipelines stay', async () => {
      await world.writer.sink.openShadow(accountsSchema('a'), route(), { epoch: 1n, number: 9n, generation: 6 })
      await using other = await writerOf(world.target, 'other', 'another pipeline')
      await begin(other)
      const theirs = await other.sink.openShadow(accountsSchema('a'), route(), { epoch: 1n, number: 9n, generation: 6 })
      await world.writer.sink.takeOver(world.writer.ownership)
      expect((await names()).filter((name) => name.includes('__sync'))).toEqual([theirs.targetName])
    })
  })

  test('a load into a table that somebody dropped says which', async () => {
    await ask(world.target, `DROP TABLE ${world.target.database}.a FORCE`)
    await expect(
      apply(world.writer, world.position, [loadOf(world.table, [{ upsert: ['1', 'ann', '1'] }])]),
    ).rejects.toMatchObject({
      code: 'TARGET_SHAPE',
      table: 'public.a',
      remedy: expect.stringContaining('resync public.a'),
    })
  })
})
