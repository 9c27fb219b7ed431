import { chown, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { SourceIdentity } from '../../../core/source.ts'
import { startOwnCluster } from '../../../../test/support/own-cluster.ts'
import { connectionOf } from '../../../../test/support/postgres-source.ts'
import { realClock } from '../../../../test/support/real-clock.ts'
import { waitFor } from '../../../../test/support/wait-for.ts'
import { Connector } from './connector.ts'
import { identify } from './identify.ts'

async function identityOf(url: string): Promise<SourceIdentity> {
  const connector = new Connector(connectionOf({ url, name: 'postgres' }), realClock)
  await using session = await connector.open()
  return await identify(session, () => connector.open({ replication: 'database' }))
}

test('tells the timeline of a server that was recovered, and where it left the one before', async () => {
  await using server = await startOwnCluster()
  const before = await identityOf(server.url)
  await server.halt()
  const { uid, gid } = await stat(server.dataDir)
  const signal = join(server.dataDir, 'recovery.signal')
  await writeFile(signal, '')
  await chown(signal, uid, gid)
  await server.restart({ settings: { restore_command: 'false' } })
  // It is read-only until the recovery has ended.
  const after = await waitFor(() => identityOf(server.url), { describe: 'the recovery to end' })
  expect(after).toMatchObject({ systemId: before.systemId, timeline: before.timeline + 1 })
  const fork = after.timelineForks.get(before.timeline)
  expect(fork).toBeGreaterThanOrEqual(before.flushedLsn)
  expect(fork).toBeLessThanOrEqual(after.flushedLsn)
})
