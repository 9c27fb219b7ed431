import assert from 'node:assert/strict'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { mountMemory } from './support/mount-memory.ts'
import { OneTableWorld, untilTold } from './support/one-table-world.ts'
import { startOwnCluster } from './support/own-cluster.ts'
import { runCommand } from './support/run-command.ts'
import { seededRandom } from './support/seeded-random.ts'
import { ServiceProcess } from './support/service-process.ts'
import { makeAccounts, Transfers, untilStreaming } from './support/transfers.ts'
import { expectEqual, untilCaughtUp } from './support/until-equal.ts'
import { waitFor } from './support/wait-for.ts'

it.each([
  ['an unknown key', 'flush_interval: 50ms', 'flush_intervall: 50ms', /:6:3\b[^]*flush_interval/],
  ['a value of the wrong kind', 'flush_interval: 50ms', 'flush_interval: soon', /:6:19\b[^]*soon/],
  ['text that is no YAML', 'sync:', 'sync: [', /pipeline\.yaml:\d+:\d+/],
])('%s in the configuration is refused with its place, before anything is connected', async (_, from, to, says) => {
  await OneTableWorld.run(async (world) => {
    const { file } = world
    await world.editFile((text) => text.replace(from, to))
    const answer = await runCommand(['run', file])
    expect(answer.text).toMatch(says)
    expect(answer.code).toBe(2)
  })
})

it('a wrong password of the source, or a role that may not replicate, ends the start', async () => {
  await OneTableWorld.run(async (world) => {
    const { source, file } = world
    const text = await readFile(file, 'utf8')
    const url = new URL(source.url)
    url.password = 'wrong'
    await world.editFile(() => text.replace(source.url, url.href))
    await world.expectRefusal('SOURCE_AUTH', /password/)
    await source.query(`create role ${source.name} login password 'p'`)
    url.username = source.name
    url.password = 'p'
    await world.editFile(() => text.replace(source.url, url.href))
    await world.expectRefusal('SOURCE_PRIVILEGE', /permission|privilege|replication/i)
    await source.query(`drop owned by ${source.name}`)
    await source.query(`drop role ${source.name}`)
  })
})

it('a wrong password of the target, or a user that may not write, ends the start', async () => {
  await OneTableWorld.run(async (world) => {
    const { standIn } = world
    await world.editFile((text) => text.replace('root@', 'root:wrong@'))
    await world.expectRefusal('SINK_AUTH', /denied|password/i)
    await standIn.query(`create user limited identified by 'p'`)
    await world.editFile((text) => text.replace('root:wrong@', 'limited:p@'))
    await world.expectRefusal('SINK_PRIVILEGE', /CREATE DATABASE privilege/)
  })
})

it('a target table of another shape takes that table out alone, until it is dropped and copied', async () => {
  await OneTableWorld.run(async (world) => {
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
  await OneTableWorld.run(async (world) => {
    await world.whileRunning()
    await world.source.query(`select pg_drop_replication_slot('${world.source.name}_slot')`)
    await world.expectRefusal('SLOT_MISSING', /resync --all/)
  })
})

it('WAL that the source has removed ends the start', { timeout: 120_000 }, async () => {
  await using cluster = await startOwnCluster({ max_slot_wal_keep_size: '1MB', max_wal_size: '32MB' })
  await OneTableWorld.run(async (world) => {
    const { source } = world
    await world.whileRunning()
    for (let turn = 0; turn < 5; turn++) {
      await source.query(`select pg_logical_emit_message(true, 'x', 'y')`)
      await source.query('select pg_switch_wal()')
      await source.query('checkpoint')
    }
    await world.expectRefusal('SLOT_LOST', /max_slot_wal_keep_size/)
  }, cluster.url)
})

it('a spool that cannot be written is told and tried again, and nothing is lost', async () => {
  await OneTableWorld.run(async (world) => {
    const { source, standIn, file } = world
    await source.query(`alter database ${source.name} set logical_decoding_work_mem = '64kB'`)
    const spool = join(dirname(file), 'spool')
    await writeFile(spool, 'in the way of the directory')
    await world.editFile((text) =>
      text.replace(/spool_directory: .*/, `spool_directory: ${spool}\n  spool_after: 64KiB`),
    )
    await world.whileRunning(async (service) => {
      await source.query(`insert into t select i, repeat('x', 100) from generate_series(10, 20000) i`)
      await untilTold(service, 'SPOOL_FULL')
      await rm(spool)
      await untilCaughtUp(source, standIn, service)
      await expectEqual(source, standIn, ['t'])
    })
  })
})

it('a disk that is full at the spool is told, and there is nothing wrong once it has room', async ({ skip }) => {
  await using disk = (await mountMemory('1m')) ?? skip('this machine does not let us mount a file system of 1 MB')
  await OneTableWorld.run(async (world) => {
    const { source, standIn } = world
    await source.query(`alter database ${source.name} set logical_decoding_work_mem = '64kB'`)
    await world.editFile((text) =>
      text.replace(/spool_directory: .*/, `spool_directory: ${disk.path}\n  spool_after: 64KiB`),
    )
    await world.whileRunning(async (service) => {
      const client = await source.connect()
      await client.query('begin')
      await client.query(`insert into t select i, repeat('x', 30) from generate_series(10, 80000) i`)
      await untilTold(service, 'SPOOL_FULL')
      await client.query('commit')
      await disk.resize('64m')
      await untilCaughtUp(source, standIn, service)
      await expectEqual(source, standIn, ['t'])
      // What was begun in vain is not left lying there.
      await waitFor(async () => (await readdir(disk.path)).length === 0, { describe: () => service.story })
    })
  })
})

it('a target that is down at the start is waited for', async () => {
  await OneTableWorld.run(async (world) => {
    const { source, standIn, file } = world
    await standIn.kill()
    await using service = new ServiceProcess(file)
    await untilTold(service, 'SINK_UNREACHABLE')
    await standIn.startAgain()
    await untilStreaming(standIn, { database: source.name, tables: 1, story: () => service.story })
    await expectEqual(source, standIn, ['t'])
  })
})

it('a target that ends and comes back while it is loaded has every row, and none twice', async () => {
  await OneTableWorld.run(async (world) => {
    const { source, standIn } = world
    await makeAccounts(source)
    const { random } = seededRandom()
    await world.whileRunning(async (service) => {
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
