import type { WireColumn } from './replies.ts'
import { columnType, PacketWriter } from './wire.ts'

type Value = string | Uint8Array | null

/** A row of the binary protocol: a bitmap of NULLs, then each value in the form of its column's type. */
export function binaryRowPacket(values: readonly Value[], columns: readonly WireColumn[]): Buffer {
  const bitmap = Buffer.alloc((values.length + 9) >> 3)
  for (const [index, value] of values.entries()) {
    if (value === null) bitmap[(index + 2) >> 3] = (bitmap[(index + 2) >> 3] ?? 0) | (1 << ((index + 2) & 7))
  }
  const writer = new PacketWriter().int(0, 1).bytes(bitmap)
  for (const [index, value] of values.entries()) {
    if (value !== null) writeValue(writer, value, columns[index]?.type ?? columnType.varString)
  }
  return writer.done()
}

const integerBytes: Readonly<Record<number, number>> = {
  [columnType.tiny]: 1,
  [columnType.short]: 2,
  [columnType.long]: 4,
  [columnType.longlong]: 8,
}

function writeValue(writer: PacketWriter, value: string | Uint8Array, type: number): void {
  const width = integerBytes[type]
  if (width !== undefined) {
    const bytes = Buffer.alloc(8)
    bytes.writeBigInt64LE(BigInt.asIntN(64, BigInt(String(value))))
    writer.bytes(bytes.subarray(0, width))
    return
  }
  switch (type) {
    case columnType.float: {
      const bytes = Buffer.alloc(4)
      bytes.writeFloatLE(Number(value))
      writer.bytes(bytes)
      return
    }
    case columnType.double: {
      const bytes = Buffer.alloc(8)
      bytes.writeDoubleLE(Number(value))
      writer.bytes(bytes)
      return
    }
    case columnType.date:
    case columnType.datetime:
      writeTime(writer, String(value))
      return
    default:
      writer.lenencBytes(value)
  }
}

/** `2024-01-02[ 03:04:05[.000600]]` in 4, 7 or 11 bytes after their number. */
function writeTime(writer: PacketWriter, text: string): void {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = text.split(/[-: .]/).map(Number)
  const fraction = text.split('.')[1]
  const micros = fraction === undefined ? 0 : Number(fraction.padEnd(6, '0'))
  const length = micros > 0 ? 11 : hour + minute + second > 0 ? 7 : 4
  writer.int(length, 1).int(year, 2).int(month, 1).int(day, 1)
  if (length > 4) writer.int(hour, 1).int(minute, 1).int(second, 1)
  if (length > 7) writer.int(micros, 4)
}
