import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pg from 'pg'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { waitFor } from '../../../test/support/wait-for.ts'
import { startPostgres, type EmbeddedPostgres } from './embedded-postgres.ts'

async function query(server: EmbeddedPostgres, sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: server.url })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows
  } finally {
    await client.end()
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

test('starts a logical, password-protected server of the asked version and leaves nothing behind', async () => {
  const server = await startPostgres({ settings: { wal_sender_timeout: '2s' } })
  const { pid, socketDir, port } = server
  {
    await using _owner = server
    const [settings] = await query(
      server,
      `select current_setting('wal_level') as wal_level, current_setting('wal_sender_timeout') as wal_sender_timeout,
              current_setting('max_replication_slots') as slots, current_setting('server_version_num')::int / 10000 as version`,
    )
    expect(settings).toEqual({
      wal_level: 'logical',
      wal_sender_timeout: '2s',
      slots: '40',
      version: server.majorVersion,
    })
    expect(existsSync(join(socketDir, `.s.PGSQL.${port}`))).toBe(true)
    const stranger = new pg.Client({ connectionString: server.url.replace(server.password, 'wrong') })
    await expect(stranger.connect()).rejects.toThrow(/password authentication failed/)
  }
  expect(isAlive(pid)).toBe(false)
  expect(existsSync(socketDir)).toBe(false)
})

test('runs under an unprivileged user when this process is root', async () => {
  await using server = await startPostgres()
  const { uid } = await stat(server.dataDir)
  expect(uid).not.toBe(0)
  const processOwner = await stat(`/proc/${server.pid}`).then(
    (found) => found.uid,
    () => uid,
  )
  expect(processOwner).toBe(uid)
})

test('keeps port, password and committed rows through a restart, a halt and a crash', async () => {
  await using server = await startPostgres()
  const { url, pid } = server
  await query(server, 'create table survivors (id int primary key)')
  await query(server, 'insert into survivors values (1)')

  await server.restart({ settings: { wal_level: 'replica' } })
  expect(server.url).toBe(url)
  expect(server.pid).not.toBe(pid)
  expect(await query(server, 'show wal_level')).toEqual([{ wal_level: 'replica' }])

  await query(server, 'insert into survivors values (2)')
  const crashed = server.pid
  await server.kill()
  expect(isAlive(crashed)).toBe(false)
  await server.restart()
  await server.halt()
  expect(() => server.pid).toThrow(/not running/)
  await server.restart()
  expect(await query(server, 'select count(*)::int as rows from survivors')).toEqual([{ rows: 2 }])
})

test('lets ALTER SYSTEM override a setting given at the start', async () => {
  await using server = await startPostgres({ settings: { work_mem: '8MB' } })
  await query(server, "alter system set work_mem = '16MB'")
  await query(server, 'select pg_reload_conf()')
  await waitFor(async () => (await query(server, 'show work_mem'))[0]?.['work_mem'] === '16MB', {
    timeoutMs: 5_000,
    describe: 'work_mem of ALTER SYSTEM in force',
  })
})

test('keeps a data folder that was given and opens it again', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'kept-cluster-'))
  try {
    // The server's user must be able to reach a given folder.
    await promisify(execFile)('chmod', ['755', parent])
    const dataDir = join(parent, 'data')
    {
      await using first = await startPostgres({ dataDir })
      await query(first, 'create table kept as select 1 as id')
    }
    await using second = await startPostgres({ dataDir })
    expect(await query(second, 'select id from kept')).toEqual([{ id: 1 }])
  } finally {
    await rm(parent, { recursive: true, force: true })
  }
})

test('tells the end of the log when the server cannot start', async () => {
  await expect(startPostgres({ settings: { shared_buffers: 'plenty' } })).rejects.toThrow(
    /did not start: it ended with exit code 1[^]*invalid value for parameter "shared_buffers": "plenty"/,
  )
})

test('says at once that a given port is taken', async () => {
  await using server = await startPostgres()
  await expect(startPostgres({ port: server.port })).rejects.toThrow(/Address already in use/)
})

test('says how to get a version that is not installed', async () => {
  await expect(startPostgres({ version: 9 })).rejects.toThrow(/PostgreSQL 9 is not installed: `make test-matrix`/)
})

test('ends the server and removes its files when the process that started it is killed', async () => {
  const script = `
    const { startPostgres } = await import(${JSON.stringify(import.meta.resolve('./embedded-postgres.ts'))})
    const server = await startPostgres()
    console.log(JSON.stringify({ pid: server.pid, folder: server.socketDir }))
    await new Promise(() => setInterval(() => {}, 1000))`
  const starter = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [line]: unknown[] = await once(starter.stdout, 'data')
  const { pid, folder } = z.object({ pid: z.number(), folder: z.string() }).parse(JSON.parse(String(line)))
  expect(isAlive(pid)).toBe(true)
  starter.kill('SIGKILL')
  await waitFor(() => !isAlive(pid) && !existsSync(folder), { timeoutMs: 10_000, describe: 'the orphan to be gone' })
})

test('lets a process that stopped its server end by itself', async () => {
  const script = `
    const { startPostgres } = await import(${JSON.stringify(import.meta.resolve('./embedded-postgres.ts'))})
    await (await startPostgres()).stop()`
  await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { timeout: 20_000 })
})
