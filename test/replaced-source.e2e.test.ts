import { chown, cp, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { expect, it } from 'vitest'
import type { EmbeddedPostgres } from '../src/app/demo/embedded-postgres.ts'
import { OneTableWorld } from './support/one-table-world.ts'
import { startOwnCluster } from './support/own-cluster.ts'
import { openDatabase } from './support/postgres.ts'
import { expectEqual, untilCaughtUp } from './support/until-equal.ts'
import { waitFor } from './support/wait-for.ts'

/** Gives every file of a folder to the owner of the folder. */
async function giveToOwner(folder: string): Promise<void> {
  const { uid, gid } = await stat(folder)
  const entries = await readdir(folder, { recursive: true })
  await Promise.all(entries.map((entry) => chown(join(folder, entry), uid, gid)))
}

/** Sets a stopped cluster back to what a copy of its files holds. */
async function restore(cluster: EmbeddedPostgres, backup: string): Promise<void> {
  await cluster.halt()
  const entries = await readdir(cluster.dataDir)
  await Promise.all(entries.map((entry) => rm(join(cluster.dataDir, entry), { recursive: true })))
  await cp(backup, cluster.dataDir, { recursive: true })
  await giveToOwner(cluster.dataDir)
  await cluster.restart()
}

/** Lets a cluster leave its timeline, as the promotion of a standby and the recovery of a backup do. */
async function beginTimeline(cluster: EmbeddedPostgres): Promise<void> {
  await cluster.halt()
  const { uid, gid } = await stat(cluster.dataDir)
  const signal = join(cluster.dataDir, 'recovery.signal')
  await writeFile(signal, '')
  await chown(signal, uid, gid)
  await cluster.restart({ settings: { restore_command: 'false' } })
  await waitFor(async () => !(await isInRecovery(cluster.url)), { describe: 'the recovery to end' })
}

async function isInRecovery(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  try {
    const { rows } = await client.query<{ is: boolean }>('select pg_is_in_recovery() as is')
    return rows[0]?.is ?? true
  } finally {
    await client.end()
  }
}

it('a server on a new timeline is followed; one that was set back, or is another one, ends the start', async () => {
  await using cluster = await startOwnCluster({ max_wal_size: '64MB' })
  const backup = join(cluster.socketDir, 'backup')
  await OneTableWorld.run(async (world) => {
    const { source, standIn } = world
    await world.whileRunning()
    await cluster.halt()
    await cp(cluster.dataDir, backup, { recursive: true })
    await beginTimeline(cluster)
    await world.whileRunning(async (service) => {
      await source.query(`insert into t select i, 'new' from generate_series(4, 9) i`)
      await untilCaughtUp(source, standIn, service)
      await expectEqual(source, standIn, ['t'])
    })
    const held = `select count(*) as n from ${source.name}.t`
    const before = await standIn.query(held)

    await restore(cluster, backup)
    await world.expectRefusal('SOURCE_REPLACED', /earlier state/)
    // It goes on from there, and its WAL becomes longer than what the target has seen of another history.
    for (let segment = 0; segment < 3; segment++) {
      await source.query(`insert into t values (${100 + segment}, 'other')`)
      await source.query('select pg_switch_wal()')
    }
    await world.expectRefusal('SOURCE_REPLACED', /timeline 2.*timeline 1/)

    await using other = await startOwnCluster()
    await using stranger = await openDatabase({ clusterUrl: other.url })
    await world.editFile((text) => text.replace(source.url, stranger.url))
    await world.expectRefusal('SOURCE_REPLACED', /system \d+/)
    // Nothing was made at a server that is none of ours.
    expect(await stranger.query('select pubname from pg_publication')).toEqual([])
    expect(await stranger.query('select slot_name from pg_replication_slots')).toEqual([])
    expect(await standIn.query(held)).toEqual(before)
  }, cluster.url)
})
