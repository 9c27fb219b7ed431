import type { Lsn } from '../../../core/lsn.ts'

/** What the server is told about how far we are. */
export interface StandbyStatus {
  /** Received; says nothing about durability. */
  readonly written: Lsn
  /** Durable in the target: the slot may forget what is before. 0 says nothing. */
  readonly flushed: Lsn
  /** Milliseconds since 1970-01-01 UTC. */
  readonly nowMs: number
  /** Asks the server to answer at once. */
  readonly replyRequested: boolean
}

const POSTGRES_EPOCH_MS = 946_684_800_000

/**
 * The CopyData message that holds a Standby status update.
 * @see PostgreSQL manual, Streaming Replication Protocol
 */
export function encodeStandbyStatus(status: StandbyStatus): Buffer {
  const message = Buffer.alloc(39)
  message.write('d', 0, 'latin1')
  message.writeUInt32BE(38, 1)
  message.write('r', 5, 'latin1')
  message.writeBigUInt64BE(status.written, 6)
  message.writeBigUInt64BE(status.flushed, 14)
  message.writeBigUInt64BE(status.flushed, 22)
  message.writeBigInt64BE(BigInt(Math.trunc((status.nowMs - POSTGRES_EPOCH_MS) * 1000)), 30)
  message.writeUInt8(status.replyRequested ? 1 : 0, 38)
  return message
}

/** The CopyDone message: we send no more. */
export const COPY_DONE: Buffer = Buffer.from([0x63, 0, 0, 0, 4])

/** The Terminate message: the session ends. */
export const TERMINATE: Buffer = Buffer.from([0x58, 0, 0, 0, 4])

/** The Query message, for one command without parameters. */
export function encodeQuery(sql: string): Buffer {
  const text = Buffer.from(`${sql}\0`, 'utf8')
  const message = Buffer.allocUnsafe(5 + text.length)
  message.write('Q', 0, 'latin1')
  message.writeUInt32BE(4 + text.length, 1)
  text.copy(message, 5)
  return message
}
