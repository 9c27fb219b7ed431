import assert from 'node:assert/strict'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { openDatabase, type TestDatabase } from './support/postgres.ts'
import { startOwnCluster } from './support/own-cluster.ts'
import { runCommand } from './support/run-command.ts'
import { seededRandom } from './support/seeded-random.ts'
import { ServiceProcess, writePipelineFile } from './support/service-process.ts'
import { StandInProcess } from './support/stand-in-process.ts'
import { makeAccounts, Transfers, untilStreaming } from './support/transfers.ts'
import { expectEqual, untilCaughtUp } from './support/until-equal.ts'
import { waitFor } from './support/wait-for.ts'

/** One pipeline of a table `t` of three rows. */
interface World {
  readonly source: TestDatabase
  readonly standIn: StandInProcess
  readonly file: string
}

async function inWorld(work: (world: World) => Promise<void>, clusterUrl?: string): Promise<void> {
  await using source = await openDatabase({ clusterUrl })
  await using standIn = await StandInProcess.start()
  await using file = await writePipelineFile({ sourceUrl: source.url, standIn, database: source.name })
  await source.query('create table t (id int primary key, v text)')
  await source.query(`insert into t select i, 'v' || i from generate_series(1, 3) i`)
  await work({ source, standIn, file: file.path })
  await source.dropReplication()
}

async function edit(file: string, change: (text: string) => string): Promise<void> {
  await writeFile(file, change(await readFile(file, 'utf8')))
}

/** Lets the service copy and follow, while `work` is done. */
async function whileRunning(
  { source, standIn, file }: World,
  work: (service: ServiceProcess) => Promise<void> = async () => undefined,
): Promise<void> {
  await using service = new ServiceProcess(file)
  await untilStreaming(standIn, { database: source.name, tables: 1, story: () => service.story })
  await work(service)
}

/** The service ends by itself, with one error that says what, and what to do. */
async function expectRefusal(file: string, code: string, says: RegExp): Promise<void> {
  const answer = await runCommand(['run', file])
  expect(answer.text).toContain(code)
  expect(answer.text).toMatch(says)
  expect(answer.text).toContain('what to do:')
  assert.equal(answer.code, 1, answer.text)
}

/** The service goes on trying, and says what is in the way. */
async function untilTold(service: ServiceProcess, code: string): Promise<void> {
  await waitFor(() => service.alarms.some((line) => line.includes(code)), {
    timeoutMs: 15_000,
    describe: () => service.story,
  })
  expect(service.isRunning).toBe(true)
}

it.each([
  ['an unknown key', 'flush_interval: 50ms', 'flush_intervall: 50ms', /:6:3\b[^]*flush_interval/],
  ['a value of the wrong kind', 'flush_interval: 50ms', 'flush_interval: soon', /:6:19\b[^]*soon/],
  ['text that is no YAML', 'sync:', 'sync: [', /pipeline\.yaml:\d+:\d+/],
])('%s in the configuration is refused with its place, before anything is connected', async (_, from, to, says) => {
  await inWorld(async ({ file }) => {
    await edit(file, (text) => text.replace(from, to))
    const answer = await runCommand(['run', file])
    expect(answer.text).toMatch(says)
    expect(answer.code).toBe(2)
  })
})

it('a wrong password of the source, or a role that may not replicate, ends the start', async () => {
  await inWorld(async ({ source, file }) => {
    const text = await readFile(file, 'utf8')
    const url = new URL(source.url)
    url.password = 'wrong'
    await edit(file, () => text.replace(source.url, url.href))
    await expectRefusal(file, 'SOURCE_AUTH', /password/)
    await source.query(`create role ${source.name} login password 'p'`)
    url.username = source.name
    url.password = 'p'
    await edit(file, () => text.replace(source.url, url.href))
    await expectRefusal(file, 'SOURCE_PRIVILEGE', /permission|privilege|replication/i)
    await source.query(`drop owned by ${source.name}`)
    await source.query(`drop role ${source.name}`)
  })
})

it('a wrong password of the target ends the start', async () => {
  await inWorld(async ({ file }) => {
    await edit(file, (text) => text.replace('root@', 'root:wrong@'))
    await expectRefusal(file, 'SINK_AUTH', /denied|password/i)
  })
})

it('a target table of another shape takes that table out alone, until it is dropped and copied', async () => {
  await inWorld(async (world) => {
    const { source, standIn, file } = world
    const { name } = source
    await source.query('create table other (id int primary key)')
    await standIn.query(`create database ${name}`)
    await standIn.query(
      `create table ${name}.t (id int not null, v date) primary key (id) distributed by hash (id) properties ("replication_num" = "1")`,
    )
    await using service = new ServiceProcess(file)
    const stateOf = async (table: string) => {
      const rows = await standIn.query(`select source_table, state, detail from ${name}._sync_tables`)
      return rows.find((row) => row['source_table'] === `public.${table}`)
    }
    const quarantined = await waitFor(
      async () => {
        const row = await stateOf('t')
        return row?.['state'] === 'quarantined' && (await stateOf('other'))?.['state'] === 'streaming' && row
      },
      { timeoutMs: 15_000, describe: () => service.story },
    )
    expect(String(quarantined['detail'])).toMatch(/TARGET_SHAPE/)
    expect(String(quarantined['detail'])).toMatch(/\bv\b.*DROP TABLE/)
    await standIn.query(`drop table ${name}.t`)
    const answer = await runCommand(['resync', 'public.t', '--config', file, '--wait'])
    assert.equal(answer.code, 0, `${answer.text}\n${service.story}`)
    await expectEqual(source, standIn, ['t', 'other'])
  })
})

it('a slot that was dropped meanwhile ends the start', async () => {
  await inWorld(async (world) => {
    await whileRunning(world)
    await world.source.query(`select pg_drop_replication_slot('${world.source.name}_slot')`)
    await expectRefusal(world.file, 'SLOT_MISSING', /resync --all/)
  })
})

it('a server that was set back to an earlier state, or another one, ends the start', async () => {
  await inWorld(async (world) => {
    const { source, standIn, file } = world
    await whileRunning(world)
    const checkpoint = `${source.name}._sync_checkpoint`
    const [row] = await standIn.query(`select end_lsn, system_id from ${checkpoint}`)
    await standIn.query(`update ${checkpoint} set end_lsn = 'FF/0' where 1 = 1`)
    await expectRefusal(file, 'SOURCE_REPLACED', /earlier state/)
    await standIn.query(`update ${checkpoint} set end_lsn = '${String(row?.['end_lsn'])}', system_id = '1' where 1 = 1`)
    await source.query(`select pg_drop_replication_slot('${source.name}_slot')`)
    // What matters more is told: the slot of another server says nothing.
    await expectRefusal(file, 'SOURCE_REPLACED', /system 1\b/)
  })
})

it('WAL that the source has removed ends the start', { timeout: 120_000 }, async () => {
  await using cluster = await startOwnCluster({ max_slot_wal_keep_size: '1MB', max_wal_size: '32MB' })
  await inWorld(async (world) => {
    const { source, file } = world
    await whileRunning(world)
    for (let turn = 0; turn < 5; turn++) {
      await source.query(`select pg_logical_emit_message(true, 'x', 'y')`)
      await source.query('select pg_switch_wal()')
      await source.query('checkpoint')
    }
    await expectRefusal(file, 'SLOT_LOST', /max_slot_wal_keep_size/)
  }, cluster.url)
})

it('a spool that cannot be written is told and tried again, and nothing is lost', async () => {
  await inWorld(async (world) => {
    const { source, standIn, file } = world
    await source.query(`alter database ${source.name} set logical_decoding_work_mem = '64kB'`)
    const spool = join(dirname(file), 'spool')
    await writeFile(spool, 'in the way of the directory')
    await edit(file, (text) => text.replace(/spool_directory: .*/, `spool_directory: ${spool}\n  spool_after: 64KiB`))
    await whileRunning(world, async (service) => {
      await source.query(`insert into t select i, repeat('x', 100) from generate_series(10, 20000) i`)
      await untilTold(service, 'SPOOL_FULL')
      await rm(spool)
      await untilCaughtUp(source, standIn, service)
      await expectEqual(source, standIn, ['t'])
    })
  })
})

it('a target that is down at the start is waited for', async () => {
  await inWorld(async ({ source, standIn, file }) => {
    await standIn.kill()
    await using service = new ServiceProcess(file)
    await untilTold(service, 'SINK_UNREACHABLE')
    await standIn.startAgain()
    await untilStreaming(standIn, { database: source.name, tables: 1, story: () => service.story })
    await expectEqual(source, standIn, ['t'])
  })
})

it('a target that ends and comes back while it is loaded has every row, and none twice', async () => {
  await inWorld(async (world) => {
    const { source, standIn } = world
    await makeAccounts(source)
    const { random } = seededRandom()
    await whileRunning(world, async (service) => {
      await using transfers = new Transfers(source, random)
      for (let crash = 0; crash < 3; crash++) {
        const before = transfers.count
        await waitFor(() => transfers.count > before + 50, { describe: () => service.story })
        await standIn.startAgain()
      }
      await transfers[Symbol.asyncDispose]()
      await untilCaughtUp(source, standIn, service)
      await untilStreaming(standIn, { database: source.name, tables: 3, story: () => service.story })
      expect(service.isRunning).toBe(true)
      await expectEqual(source, standIn, ['t', 'checking', 'savings'])
    })
  })
})
