import { SyncError } from '../../../core/sync-error.ts'

/** pgoutput's protocol versions. 2 streams in-progress transactions, 3 adds two-phase commit, 4 parallel streaming. */
export type ProtocolVersion = 1 | 2 | 3 | 4

/** First server version that has each protocol version, newest first. */
const SINCE: readonly (readonly [number, ProtocolVersion])[] = [
  [160_000, 4],
  [150_000, 3],
  [140_000, 2],
]

/**
 * The newest protocol version that the server speaks, or `wanted` when that is older.
 * @throws {SyncError} SOURCE_NOT_READY for servers before 14
 */
export function chooseProtocol(serverVersionNum: number, wanted: ProtocolVersion = 4): ProtocolVersion {
  const best = SINCE.find(([since]) => serverVersionNum >= since)?.[1]
  if (best === undefined) {
    throw new SyncError('SOURCE_NOT_READY', `PostgreSQL ${serverVersionNum} is too old: 14 is needed.`, {
      remedy: 'Upgrade the source to PostgreSQL 14 or later.',
    })
  }
  return wanted < best ? wanted : best
}

/** What the server is asked to stream. */
export interface StartRequest {
  readonly slot: string
  readonly publications: readonly string[]
  readonly serverVersionNum: number
  readonly protocol: ProtocolVersion
}

/**
 * The replication command. It asks to start at 0/0, which means at the slot's confirmed position: the server would
 * silently raise any older position to that one.
 * @see PostgreSQL manual, Logical Streaming Replication Parameters
 */
export function startReplicationCommand(request: StartRequest): string {
  const publications = request.publications.map(quoteIdentifier).join(',')
  const options = [`proto_version '${request.protocol}'`, `publication_names ${quoteLiteral(publications)}`]
  // Not `parallel`: it lets subscribers apply before the commit, which we never do.
  if (request.protocol >= 2) options.push("streaming 'on'")
  options.push("messages 'true'")
  if (request.serverVersionNum >= 160_000) options.push("origin 'any'")
  return `START_REPLICATION SLOT ${quoteIdentifier(request.slot)} LOGICAL 0/0 (${options.join(', ')})`
}

function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** The replication grammar knows no escapes but the doubled quote. */
function quoteLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
