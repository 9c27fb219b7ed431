/** A value of a tuple: text, null, or what `unchanged` and `binary` make. */
export type TupleValue = string | null | { readonly kind: string; readonly bytes?: Buffer | undefined }

/** A TOASTed value that did not change. */
export const unchanged: TupleValue = { kind: 'u' }

/** A binary value, which is never asked for. */
export const binary = (bytes: Buffer): TupleValue => ({ kind: 'b', bytes })

/** The transaction id that a change carries inside a stream block; without it nothing. */
export type StreamXid = number | undefined

const u8 = (value: number): Buffer => Buffer.from([value])
const letter = (text: string): Buffer => Buffer.from(text, 'latin1')
const cString = (text: string): Buffer => Buffer.from(`${text}\0`, 'utf8')
const optionalXid = (xid: StreamXid): Buffer => (xid === undefined ? Buffer.alloc(0) : u32(xid))

/** 16 bits, high byte first. */
function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(value)
  return bytes
}

/** 32 bits, high byte first. */
export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value >>> 0)
  return bytes
}

/** 64 bits, high byte first. */
function u64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(value)
  return bytes
}

/** A tuple. */
function tuple(values: readonly TupleValue[]): Buffer {
  const parts = values.map((value) => {
    if (value === null) return letter('n')
    if (typeof value === 'string')
      return Buffer.concat([letter('t'), u32(Buffer.byteLength(value)), Buffer.from(value)])
    return Buffer.concat([letter(value.kind), ...(value.bytes ? [u32(value.bytes.length), value.bytes] : [])])
  })
  return Buffer.concat([u16(values.length), ...parts])
}

/** A relation as its message tells it. */
export interface RelationParts {
  readonly oid: number
  readonly schema?: string | undefined
  readonly name: string
  readonly identity?: string | undefined
  /** Names; a leading `*` marks a key column. */
  readonly columns: readonly string[]
}

/** pgoutput messages as the server sends them. */
export const message = {
  begin: (xid: number, commitLsn = 0x100n, timeUs = 0n) =>
    Buffer.concat([letter('B'), u64(commitLsn), u64(timeUs), u32(xid)]),
  commit: (endLsn: bigint, commitLsn = 0x100n) =>
    Buffer.concat([letter('C'), u8(0), u64(commitLsn), u64(endLsn), u64(0n)]),
  origin: (name = 'elsewhere') => Buffer.concat([letter('O'), u64(1n), cString(name)]),
  type: (xid?: StreamXid) =>
    Buffer.concat([letter('Y'), optionalXid(xid), u32(70_000), cString('public'), cString('mood')]),
  relation: ({ oid, schema = 'public', name, identity = 'd', columns }: RelationParts, xid?: StreamXid) =>
    Buffer.concat([
      letter('R'),
      optionalXid(xid),
      u32(oid),
      cString(schema),
      cString(name),
      letter(identity),
      u16(columns.length),
      ...columns.map((column) =>
        Buffer.concat([u8(column.startsWith('*') ? 1 : 0), cString(column.replace('*', '')), u32(25), u32(-1)]),
      ),
    ]),
  insert: (oid: number, row: readonly TupleValue[], xid?: StreamXid) =>
    Buffer.concat([letter('I'), optionalXid(xid), u32(oid), letter('N'), tuple(row)]),
  update: (
    oid: number,
    row: readonly TupleValue[],
    old?: { readonly kind: 'K' | 'O'; readonly row: readonly TupleValue[] },
    xid?: StreamXid,
  ) =>
    Buffer.concat([
      letter('U'),
      optionalXid(xid),
      u32(oid),
      ...(old ? [letter(old.kind), tuple(old.row)] : []),
      letter('N'),
      tuple(row),
    ]),
  delete: (oid: number, kind: 'K' | 'O', row: readonly TupleValue[], xid?: StreamXid) =>
    Buffer.concat([letter('D'), optionalXid(xid), u32(oid), letter(kind), tuple(row)]),
  truncate: (oids: readonly number[], xid?: StreamXid) =>
    Buffer.concat([letter('T'), optionalXid(xid), u32(oids.length), u8(0), ...oids.map(u32)]),
  message: (prefix: string, content: string, transactional: boolean, xid?: StreamXid) =>
    Buffer.concat([
      letter('M'),
      optionalXid(xid),
      u8(transactional ? 1 : 0),
      u64(0x80n),
      cString(prefix),
      u32(Buffer.byteLength(content)),
      Buffer.from(content),
    ]),
  streamStart: (xid: number, isFirst: boolean) => Buffer.concat([letter('S'), u32(xid), u8(isFirst ? 1 : 0)]),
  streamStop: () => letter('E'),
  streamCommit: (xid: number, endLsn: bigint) =>
    Buffer.concat([letter('c'), u32(xid), u8(0), u64(endLsn - 1n), u64(endLsn), u64(0n)]),
  streamAbort: (xid: number, subxid: number) => Buffer.concat([letter('A'), u32(xid), u32(subxid)]),
  /** As version 4 sends it for parallel streaming. */
  streamAbortWithPosition: (xid: number, subxid: number) =>
    Buffer.concat([letter('A'), u32(xid), u32(subxid), u64(0x90n), u64(0n)]),
}

/** A message of the server's: type, length, body. */
export function frame(type: string, body: Buffer): Buffer {
  return Buffer.concat([letter(type), u32(body.length + 4), body])
}

/** The CopyData message that carries a pgoutput message. */
export function walData(content: Buffer, position = 0x100n): Buffer {
  return frame('d', Buffer.concat([letter('w'), u64(position), u64(position), u64(0n), content]))
}

/** The CopyData message that carries a keepalive. */
export function keepalive(walEnd: bigint, replyRequested = false): Buffer {
  return frame('d', Buffer.concat([letter('k'), u64(walEnd), u64(0n), u8(replyRequested ? 1 : 0)]))
}
