import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { RunningStandIn } from './support/running-stand-in.ts'

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let sr: RunningStandIn

beforeAll(async () => {
  sr = await RunningStandIn.start(['--version', '3.1'])
  await sr.sql.query(
    'CREATE DATABASE d; USE d; CREATE TABLE t (k INT, v INT) DUPLICATE KEY(k) PROPERTIES("replication_num" = "1")',
  )
})
afterAll(async () => sr[Symbol.asyncDispose]())

/** What comes back for a handshake answer that names a plugin, one packet a step. */
async function login(plugin: string, ...steps: readonly Buffer[]): Promise<Buffer[]> {
  // Protocol 4.1, secure connection and plugins; root without a password.
  const answer = Buffer.concat([Buffer.from([0, 0x82, 8, 0]), Buffer.alloc(28), Buffer.from(`root\0\0${plugin}\0`)])
  const sent = [answer, ...steps]
  const received: Buffer[] = []
  await new Promise<void>((resolve, reject) => {
    const socket = connect(sr.ports.mysqlPort, '127.0.0.1')
    socket.on('error', reject)
    socket.on('data', (data: Buffer) => {
      received.push(data)
      const next = sent[received.length - 1]
      if (next === undefined) return void socket.destroy()
      socket.write(Buffer.concat([Buffer.from([next.length, 0, 0, (data[3] ?? 0) + 1]), next]))
    })
    socket.on('close', () => resolve())
  })
  return received.slice(1)
}

describe('login (starrocks.md 6)', () => {
  it.each(['mysql_clear_password', 'caching_sha2_password'])(
    'switches a client that offers %s to mysql_native_password',
    async (plugin) => {
      const [asked, ok] = await login(plugin, Buffer.alloc(0))
      expect(asked?.[4]).toBe(0xfe)
      expect(asked?.toString('latin1', 5)).toMatch(/^mysql_native_password\0/)
      expect(ok?.[4]).toBe(0)
    },
  )

  it('takes mysql_native_password at once', async () => {
    const [ok] = await login('mysql_native_password')
    expect(ok?.[4]).toBe(0)
  })
})

describe('an older version (starrocks.md 6)', () => {
  it('has no prepared statements before 3.2, and goes on', async () => {
    await expect(sr.sql.execute('SELECT 1')).rejects.toThrow('Unsupported command(COM_STMT_PREPARE)')
    expect(await sr.rows('SELECT 1')).toEqual([[1]])
  })

  it('says 5.1.0 in its greeting, which mysql_server_version changes', async () => {
    const greeted = async (running: RunningStandIn): Promise<string> =>
      await new Promise((resolve) => {
        const socket = connect(running.ports.mysqlPort, '127.0.0.1')
        socket.once('data', (data) => {
          resolve(data.toString('latin1', 5, data.indexOf(0, 5)))
          socket.destroy()
        })
      })
    expect(await greeted(sr)).toBe('5.1.0')
    await sr.admin('/settings?mysql_server_version=8.0.33')
    expect(await greeted(sr)).toBe('8.0.33')
    await sr.sql.reset()
    expect(await sr.rows('SELECT version(), @@version')).toEqual([['8.0.33', '8.0.33']])
    await sr.admin('/settings?mysql_server_version=5.1.0')
  })
})

describe('what a server tells of itself (starrocks.md 6)', () => {
  const names = async (sql: string): Promise<string> => {
    const [, fields] = await sr.sql.query(sql)
    return fields.map(({ name }) => name).join(' ')
  }

  it.each([
    [
      'SHOW BACKENDS',
      'BackendId IP HeartbeatPort BePort HttpPort BrpcPort LastStartTime LastHeartbeat Alive SystemDecommissioned ClusterDecommissioned TabletNum DataUsedCapacity AvailCapacity TotalCapacity UsedPct MaxDiskUsedPct ErrMsg Version Status DataTotalCapacity DataUsedPct CpuCores NumRunningQueries MemUsedPct CpuUsedPct DataCacheMetrics Location',
    ],
    [
      'SHOW FRONTENDS',
      'Id Name IP EditLogPort HttpPort QueryPort RpcPort Role ClusterId Join Alive ReplayedJournalId LastHeartbeat IsHelper ErrMsg StartTime Version',
    ],
    [
      'SELECT * FROM information_schema.loads',
      'ID LABEL PROFILE_ID DB_NAME TABLE_NAME USER WAREHOUSE STATE PROGRESS TYPE PRIORITY SCAN_ROWS SCAN_BYTES FILTERED_ROWS UNSELECTED_ROWS SINK_ROWS RUNTIME_DETAILS CREATE_TIME LOAD_START_TIME LOAD_COMMIT_TIME LOAD_FINISH_TIME PROPERTIES ERROR_MSG TRACKING_SQL REJECTED_RECORD_PATH',
    ],
    ['DESC t', 'Field Type Null Key Default Extra'],
    ["SHOW PROC '/statistic'", 'DbId DbName TableNum'],
  ])('%s has the columns of StarRocks', async (sql, columns) => {
    expect(await names(sql)).toBe(columns)
  })

  it('lists nodes by SHOW PROC as well', async () => {
    expect(await names("SHOW PROC '/frontends'")).toBe(await names('SHOW FRONTENDS'))
    expect(await names("SHOW PROC '/backends'")).toBe(await names('SHOW BACKENDS'))
  })
})
