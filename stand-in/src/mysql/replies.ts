import { columnType, PacketWriter, statusFlag } from './wire.ts'

/** A result column as the protocol describes it. */
export interface WireColumn {
  readonly name: string
  readonly type: number
  readonly length: number
  readonly decimals: number
  readonly isBinary: boolean
}

/** An OK packet; `info` is what the client shows as message. */
export function okPacket(affectedRows: number, info: string, moreResults: boolean): Buffer {
  const status = statusFlag.autocommit | (moreResults ? statusFlag.moreResults : 0)
  const writer = new PacketWriter().int(0, 1).lenenc(affectedRows).lenenc(0).int(status, 2).int(0, 2)
  if (info !== '') writer.lenencBytes(info)
  return writer.done()
}

/** An ERR packet. */
export function errorPacket(errno: number, sqlState: string, message: string): Buffer {
  return new PacketWriter()
    .int(0xff, 1)
    .int(errno, 2)
    .bytes(Buffer.from(`#${sqlState}`))
    .bytes(Buffer.from(message))
    .done()
}

/** An EOF packet, which ends columns and rows. */
export function eofPacket(moreResults: boolean): Buffer {
  return new PacketWriter()
    .int(0xfe, 1)
    .int(0, 2)
    .int(statusFlag.autocommit | (moreResults ? statusFlag.moreResults : 0), 2)
    .done()
}

/**
 * One column definition (protocol 4.1). The character set is 33 (utf8mb3) for text and 63 for the rest, the flags are 0,
 * as MysqlCodec.writeField has it: a client that takes 33 at its word cannot read four-byte characters.
 */
export function columnPacket(column: WireColumn, withDefault: boolean): Buffer {
  const isText = !column.isBinary && (column.type === columnType.varString || column.type === columnType.string)
  const writer = new PacketWriter()
    .lenencBytes('def')
    .lenencBytes('')
    .lenencBytes('')
    .lenencBytes('')
    .lenencBytes(column.name)
    .lenencBytes(column.name)
    .int(0x0c, 1)
    .int(isText ? 33 : 63, 2)
    .int(column.length, 4)
    .int(column.type, 1)
    .int(0, 2)
    .int(column.decimals, 1)
    .int(0, 2)
  if (withDefault) writer.int(0xfb, 1)
  return writer.done()
}

/** A row of the text protocol; null is one byte 0xFB. */
export function textRowPacket(values: readonly (string | Uint8Array | null)[]): Buffer {
  const writer = new PacketWriter()
  for (const value of values) {
    if (value === null) writer.int(0xfb, 1)
    else writer.lenencBytes(value)
  }
  return writer.done()
}
