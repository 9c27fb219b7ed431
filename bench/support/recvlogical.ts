import { spawn } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { lsnNumber } from './lsn.ts'
import type { BenchDatabase } from './source.ts'
import { BUFFERS_FILL_MS, WARM_UP_MS } from './steady.ts'

const LOOK_MS = 2

/**
 * Rows per second of `pg_recvlogical` to /dev/null, timed as the other readers are: it is halted until the socket's buffers are full, and
 * what it reads in the warm-up is not counted (reckoned from WAL positions, for it tells no rows), unless the whole is wanted.
 */
export async function recvlogicalRate(
  database: BenchDatabase,
  slot: string,
  to: { readonly endLsn: string; readonly rows: number; readonly whole: boolean },
): Promise<number> {
  const plugin = ['proto_version=4', 'publication_names=bench', 'streaming=on'].flatMap((option) => ['-o', option])
  const what = ['-S', slot, '--start', '--no-loop', '-f', '/dev/null', '-E', to.endLsn, ...plugin]
  const [begin] = await database.query<{ lsn: string }>(
    'select confirmed_flush_lsn::text as lsn from pg_replication_slots where slot_name = $1',
    [slot],
  )
  const child = spawn('pg_recvlogical', ['-d', database.url, ...what], { stdio: ['ignore', 'ignore', 'pipe'] })
  let errors = ''
  child.stderr.on('data', (text: Buffer) => (errors += text.toString()))
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => {
      if (code === 0) resolve(performance.now())
      else reject(new Error(`pg_recvlogical ended with ${code}: ${errors}`))
    })
  })
  ended.catch(() => undefined)
  while (child.exitCode === null && (await database.walsender(slot)) === 0) await delay(LOOK_MS)
  child.kill('SIGSTOP')
  await delay(BUFFERS_FILL_MS)
  child.kill('SIGCONT')
  if (!to.whole) await delay(WARM_UP_MS)
  const from = to.whole ? (begin?.lsn ?? '0/0') : await sentLsn(database, slot)
  const startedAt = performance.now()
  const seconds = ((await ended) - startedAt) / 1000
  const whole = Number(lsnNumber(to.endLsn) - lsnNumber(begin?.lsn ?? '0/0'))
  const rows = (to.rows * Number(lsnNumber(to.endLsn) - lsnNumber(from))) / whole
  return rows / seconds
}

async function sentLsn(database: BenchDatabase, slot: string): Promise<string> {
  const [row] = await database.query<{ lsn: string }>(
    'select sent_lsn::text as lsn from pg_stat_replication where pid = $1',
    [await database.walsender(slot)],
  )
  if (row === undefined) throw new Error('pg_recvlogical ended within the warm-up')
  return row.lsn
}
