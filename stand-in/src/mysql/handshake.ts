import { capability, PacketReader, PacketWriter, statusFlag } from './wire.ts'

const offered =
  capability.longPassword |
  capability.foundRows |
  capability.longFlag |
  capability.connectWithDb |
  capability.protocol41 |
  capability.transactions |
  capability.secureConnection |
  capability.multiStatements |
  capability.multiResults |
  capability.pluginAuth

/** Handshake version 10, character set 33 (reference/starrocks.md 6). */
export function greeting(connectionId: number, version: string, salt: Buffer): Buffer {
  return new PacketWriter()
    .int(10, 1)
    .zeroEnded(version)
    .int(connectionId, 4)
    .bytes(salt.subarray(0, 8))
    .int(0, 1)
    .int(offered & 0xffff, 2)
    .int(33, 1)
    .int(statusFlag.autocommit, 2)
    .int(offered >>> 16, 2)
    .int(21, 1)
    .bytes(Buffer.alloc(10))
    .bytes(salt.subarray(8))
    .int(0, 1)
    .zeroEnded(nativePlugin)
    .done()
}

/** The one plugin that the server checks passwords by. */
export const nativePlugin = 'mysql_native_password'

/** AuthSwitchRequest: asks for a scramble by the native plugin. */
export const authSwitch = (salt: Buffer): Buffer =>
  new PacketWriter().int(0xfe, 1).zeroEnded(nativePlugin).bytes(salt).int(0, 1).done()

/** What a client answers to the greeting. */
export interface HandshakeAnswer {
  readonly user: string
  readonly scramble: Buffer
  readonly database: string | undefined
  readonly plugin: string | undefined
}

/** Reads the client's answer to the handshake: user, database and what it offers as proof. */
export function answerHandshake(payload: Buffer): HandshakeAnswer {
  const reader = new PacketReader(payload)
  const capabilities = reader.int(4)
  const has = (flag: number): boolean => (capabilities & flag) !== 0
  reader.take(28)
  const user = reader.zeroEnded()
  const scramble = has(capability.secureConnection) ? reader.take(reader.int(1)) : Buffer.from(reader.zeroEnded())
  const database = has(capability.connectWithDb) && reader.left > 0 ? reader.zeroEnded() : undefined
  const plugin = has(capability.pluginAuth) && reader.left > 0 ? reader.zeroEnded() : undefined
  return { user, scramble, database, plugin }
}

/** Reads a COM_CHANGE_USER packet: what a client answers to a greeting, without capabilities. */
export function changedUser(payload: Buffer): HandshakeAnswer {
  const reader = new PacketReader(payload, 1)
  const user = reader.zeroEnded()
  const scramble = reader.take(reader.int(1))
  const database = reader.left > 0 ? reader.zeroEnded() : undefined
  if (reader.left >= 2) reader.take(2)
  return { user, scramble, database, plugin: reader.left > 0 ? reader.zeroEnded() : undefined }
}
