import { expect, it } from 'vitest'
import { openDatabase } from './support/postgres.ts'
import { ServiceProcess, writePipelineFile } from './support/service-process.ts'
import { StandInProcess } from './support/stand-in-process.ts'
import { waitFor } from './support/wait-for.ts'

it('copies what is there and applies what comes after', async () => {
  await using source = await openDatabase()
  await using standIn = await StandInProcess.start()
  await source.query('create table accounts (id bigint primary key, name text, balance numeric(12,2), at timestamptz)')
  await source.query(
    `insert into accounts select i, 'name ' || i, i * 1.5, '2026-01-02 03:04:05.678901+02' from generate_series(1, 1000) i`,
  )
  await using file = await writePipelineFile({ sourceUrl: source.url, standIn, database: source.name })
  await using service = new ServiceProcess(file.path)
  const count = async () => {
    const [row] = await standIn.query(`select count(*) as n, sum(balance) as total from ${source.name}.accounts`)
    return [Number(row?.['n']), Number(row?.['total'])]
  }
  await waitFor(async () => (await count())[0] === 1000, { timeoutMs: 30_000, describe: () => service.story })
  await source.query('update accounts set balance = balance + 1 where id <= 10')
  await source.query('delete from accounts where id > 990')
  await waitFor(async () => (await count())[0] === 990, { timeoutMs: 30_000, describe: () => service.story })
  const [expected] = await source.query<{ total: string }>('select sum(balance) as total from accounts')
  expect(await count()).toEqual([990, Number(expected?.total)])
  const [row] = await standIn.query(`select * from ${source.name}.accounts where id = 5`)
  expect(row).toEqual({ id: '5', name: 'name 5', balance: '8.50', at: '2026-01-02 01:04:05.678901' })
  await service[Symbol.asyncDispose]()
  await source.dropReplication()
})
