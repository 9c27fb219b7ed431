import { execFile, execFileSync } from 'node:child_process'
import { chmod, chown, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { startOwnCluster } from '../../../../test/support/own-cluster.ts'
import { openDatabase } from '../../../../test/support/postgres.ts'
import { connectionOf, openSource } from '../../../../test/support/postgres-source.ts'
import { readRange } from '../../../../test/support/read-table.ts'

const WHOLE = { tag: 'ctid', fromBlock: 0, toBlock: null } as const

function hasOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

/** Gives the server a certificate of its own making for 127.0.0.1, which is returned. */
async function useTls(server: Awaited<ReturnType<typeof startOwnCluster>>): Promise<string> {
  const certificate = join(server.dataDir, 'server.crt')
  const key = join(server.dataDir, 'server.key')
  const options =
    'req -new -x509 -days 2 -nodes -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -subj /CN=here -addext subjectAltName=IP:127.0.0.1'
  await promisify(execFile)('openssl', [...options.split(' '), '-out', certificate, '-keyout', key])
  const { uid, gid } = await stat(server.dataDir)
  for (const file of [certificate, key]) {
    await chmod(file, 0o600)
    await chown(file, uid, gid)
  }
  await server.restart({ settings: { ssl: 'on' } })
  return await readFile(certificate, 'utf8')
}

test('does without TLS where the server has none and it is only preferred, and refuses where it is required', async () => {
  await using database = await openDatabase()
  await using plain = openSource(database)
  expect((await plain.source.identify()).timeline).toBe(1)
  await using strict = openSource(database, { connection: { ...connectionOf(database), tls: { mode: 'require' } } })
  await expect(strict.source.identify()).rejects.toThrow(/does not support SSL/)
})

// Needs openssl to make a certificate.
test.runIf(hasOpenssl())('copies over TLS, and proves who the server is where it is asked to', async () => {
  await using server = await startOwnCluster()
  const ca = await useTls(server)
  await using database = await openDatabase({ clusterUrl: server.url })
  await database.query('create table items (id int primary key, filler text)')
  await database.query(`insert into items select i, repeat('x', 500) || E'\\\\' from generate_series(1, 3000) i`)
  const modes = [
    { mode: 'prefer' },
    { mode: 'require' },
    { mode: 'verify-ca', ca },
    { mode: 'verify-full', ca },
  ] as const
  for (const tls of modes) {
    await using test = openSource(database, { connection: { ...connectionOf(database), tls } })
    const table = await test.table('items')
    const rows = await readRange(test.source, table, WHOLE)
    expect(rows).toHaveLength(3000)
    expect(rows[0]).toEqual(['1', `${'x'.repeat(500)}\\`])
    const [session] = await database.query<{ encrypted: boolean }>(
      `select bool_and(ssl) as encrypted from pg_stat_ssl join pg_stat_activity using (pid)
        where application_name = 'pg-starrocks-sync test'`,
    )
    expect(session?.encrypted).toBe(true)
  }
  const stranger = { ...connectionOf(database), tls: { mode: 'verify-full' as const } }
  await using untrusting = openSource(database, { connection: stranger })
  await expect(untrusting.source.identify()).rejects.toMatchObject({ code: 'SOURCE_AUTH' })
  const elsewhere = { ...connectionOf(database), host: 'localhost', tls: { mode: 'verify-full' as const, ca } }
  await using misled = openSource(database, { connection: elsewhere })
  await expect(misled.source.identify()).rejects.toMatchObject({ code: 'SOURCE_AUTH' })
})
