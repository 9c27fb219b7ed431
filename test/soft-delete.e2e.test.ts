import { expect, it } from 'vitest'
import { openDatabase } from './support/postgres.ts'
import { ServiceProcess, writePipelineFile } from './support/service-process.ts'
import { StandInProcess } from './support/stand-in-process.ts'
import { untilStreaming } from './support/transfers.ts'
import { untilCaughtUp } from './support/until-equal.ts'

const LONG = 'stored out of line '.repeat(200)

it('keeps deleted rows with their values and marks them, and a new row with the same key has no mark', async () => {
  await using source = await openDatabase()
  await using standIn = await StandInProcess.start()
  const { name } = source
  for (const table of ['plain', 'whole', 'part']) {
    await source.query(`create table ${table} (id int primary key, v text, body text)`)
    await source.query(`alter table ${table} alter column body set storage external`)
    await source.query(`insert into ${table} select i, 'v' || i, '${LONG}' || i from generate_series(1, 9) i`)
  }
  await source.query('alter table whole replica identity full')
  const more = `tables:
  - { source: public.part, delete: soft, where: "id <> 3" }
  - { source: public.*, delete: soft }`
  const sync = '  truncate_as_deletes_up_to: 0'
  await using file = await writePipelineFile({ sourceUrl: source.url, standIn, database: name, sync, more })
  await using service = new ServiceProcess(file.path)
  const story = () => service.story
  await untilStreaming(standIn, { database: name, tables: 3, story })
  const target = async (table: string): Promise<readonly string[]> => {
    await untilCaughtUp(source, standIn, service)
    const rows = await standIn.query(`select id, v, body, _sync_deleted as gone from ${name}.${table} order by id`)
    return rows.map(({ id, v, body, gone }) => {
      const tail = typeof body === 'string' ? body.replace(LONG, '…') : JSON.stringify(body)
      return `${String(id)} ${String(v)} ${tail} ${Number(gone)}`
    })
  }
  for (const table of ['plain', 'whole', 'part']) {
    await source.query(`delete from ${table} where id <= 4`)
    await source.query(`begin; update ${table} set v = 'last' where id = 5; delete from ${table} where id = 5; commit`)
    await source.query(
      `begin; insert into ${table} values (20, 'short', 'life'); delete from ${table} where id = 20; commit`,
    )
    await source.query(`update ${table} set id = 30 where id = 6`)
  }
  const both = [
    ...[1, 2, 3, 4].map((id) => `${id} v${id} …${id} 1`),
    '5 last …5 1',
    '6 v6 …6 1',
    ...[7, 8, 9].map((id) => `${id} v${id} …${id} 0`),
    '20 short life 1',
    '30 v6 …6 0',
  ]
  expect(await target('plain')).toEqual(both)
  expect(await target('whole')).toEqual(both)
  // The filter left row 3 out: it never was in the target, so there is nothing to keep.
  expect(await target('part')).toEqual(both.filter((row) => !row.startsWith('3 v3')))

  await source.query(`insert into plain values (1, 'again', 'new')`)
  expect(await target('plain')).toEqual(['1 again new 0', ...both.slice(1)])
  await source.query('truncate plain')
  expect(await target('plain')).toEqual(['1 again new 1', ...both.slice(1)].map((row) => row.replace(/0$/, '1')))
  await source.query(`insert into plain values (7, 'back', 'b')`)
  expect((await target('plain')).filter((row) => row.endsWith('0'))).toEqual(['7 back b 0'])
  await service[Symbol.asyncDispose]()
  await source.dropReplication()
})
