import { StandInError } from '../stand-in-error.ts'
import { tokenize } from '../sql/token.ts'
import { columnType, PacketReader } from './wire.ts'

/** A prepared SELECT: its text and where its parameters stand. */
export class PreparedStatement {
  readonly #sql: string
  readonly #positions: readonly number[]
  #types: readonly number[] = []

  /** @throws {StandInError} for anything but a query: StarRocks prepares DQL only (reference/starrocks.md 0.11, 6). */
  constructor(sql: string) {
    const tokens = tokenize(sql)
    if (!/^(?:SELECT|WITH)$/.test(tokens[0]?.word ?? '')) {
      throw new StandInError('Prepared statement only support in DQL')
    }
    this.#sql = sql
    this.#positions = tokens.filter((token) => token.tag === 'parameter').map((token) => token.at)
  }

  get parameterCount(): number {
    return this.#positions.length
  }

  /** The statement with the parameters of a COM_STMT_EXECUTE packet put in as literals. */
  bind(payload: Buffer): string {
    const reader = new PacketReader(payload, 10)
    const values: string[] = []
    if (this.parameterCount > 0) {
      const nulls = reader.take((this.parameterCount + 7) >> 3)
      if (reader.int(1) === 1) this.#types = Array.from({ length: this.parameterCount }, () => reader.int(2))
      for (let index = 0; index < this.parameterCount; index++) {
        const isNull = ((nulls[index >> 3] ?? 0) >> (index & 7)) & 1
        values.push(isNull === 1 ? 'NULL' : readParameter(reader, this.#types[index] ?? columnType.varString))
      }
    }
    return this.withValues(values)
  }

  withValues(values: readonly string[]): string {
    let sql = ''
    let from = 0
    for (const [index, at] of this.#positions.entries()) {
      sql += this.#sql.slice(from, at) + (values[index] ?? 'NULL')
      from = at + 1
    }
    return sql + this.#sql.slice(from)
  }
}

const integerBytes: Readonly<Record<number, number>> = {
  [columnType.tiny]: 1,
  [columnType.short]: 2,
  [columnType.long]: 4,
  [columnType.longlong]: 8,
}

function readInteger(bytes: Buffer, isUnsigned: boolean): string {
  const wide = Buffer.alloc(8, !isUnsigned && ((bytes.at(-1) ?? 0) & 0x80) !== 0 ? 0xff : 0)
  bytes.copy(wide)
  return String(isUnsigned ? wide.readBigUInt64LE() : wide.readBigInt64LE())
}

function readParameter(reader: PacketReader, typeAndFlags: number): string {
  const isUnsigned = (typeAndFlags & 0x8000) !== 0
  const width = integerBytes[typeAndFlags & 0xff]
  if (width !== undefined) return readInteger(reader.take(width), isUnsigned)
  switch (typeAndFlags & 0xff) {
    case columnType.float:
      return String(reader.take(4).readFloatLE())
    case columnType.double:
      return String(reader.take(8).readDoubleLE())
    case columnType.date:
    case columnType.datetime:
    case 7:
      return readTime(reader)
    default: {
      const text = reader.take(reader.lenenc()).toString('utf8')
      return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
    }
  }
}

function readTime(reader: PacketReader): string {
  const length = reader.int(1)
  const two = (value: number): string => String(value).padStart(2, '0')
  if (length === 0) return `'0000-00-00'`
  const date = `${String(reader.int(2)).padStart(4, '0')}-${two(reader.int(1))}-${two(reader.int(1))}`
  if (length === 4) return `'${date}'`
  const time = `${two(reader.int(1))}:${two(reader.int(1))}:${two(reader.int(1))}`
  return length === 7 ? `'${date} ${time}'` : `'${date} ${time}.${String(reader.int(4)).padStart(6, '0')}'`
}
