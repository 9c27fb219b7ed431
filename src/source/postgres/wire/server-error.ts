import type { ErrorCode } from '../../../core/error-codes.ts'
import { SyncError } from '../../../core/sync-error.ts'

/** What a session was doing when the error came: some SQLSTATEs mean different things. */
export type SessionPhase = 'connect' | 'query' | 'start' | 'stream'

/** An error as PostgreSQL reports it. */
export interface ServerError {
  /** SQLSTATE. */
  readonly code: string
  readonly message: string
  readonly detail?: string | undefined
  readonly hint?: string | undefined
}

/** SQLSTATE, or its class, to code. */
const BY_STATE: Readonly<Record<string, ErrorCode>> = {
  '08': 'SOURCE_UNREACHABLE',
  '28': 'SOURCE_AUTH',
  '53': 'SOURCE_UNREACHABLE',
  '57': 'SOURCE_UNREACHABLE',
  '42501': 'SOURCE_PRIVILEGE',
  '55006': 'SLOT_BUSY',
  '58P01': 'SLOT_LOST',
  '3D000': 'SOURCE_NOT_READY',
}

/** What differs from it in a phase. Only walsenders that stream mean a slot, or its WAL, by the general states. */
const BY_PHASE: Readonly<Record<SessionPhase, Readonly<Record<string, ErrorCode>>>> = {
  connect: {},
  query: { '55006': 'SOURCE_QUERY', '58P01': 'SOURCE_QUERY' },
  start: { '42704': 'SLOT_MISSING', '55000': 'SLOT_UNUSABLE' },
  // Publications are looked up when the first change is decoded.
  stream: { '42704': 'PUBLICATION_UNUSABLE', '55000': 'SLOT_UNUSABLE' },
}

/** What the texts of 55000, object not in prerequisite state, tell more. Servers may translate them: a slot's row tells first. */
const PREREQUISITES: readonly (readonly [RegExp, ErrorCode])[] = [
  [/can no longer (get changes from|access) replication slot/, 'SLOT_LOST'],
  [/wal_level/, 'SOURCE_NOT_READY'],
]

/** Decides which code of the catalogue an error of the server is. @see PostgreSQL manual, appendix A */
export function classifyServerError(error: ServerError, phase: SessionPhase): ErrorCode {
  const { code, message } = error
  const decided = BY_PHASE[phase][code] ?? BY_STATE[code] ?? BY_STATE[code.slice(0, 2)] ?? 'SOURCE_QUERY'
  if (code !== '55000') return decided
  return PREREQUISITES.find(([pattern]) => pattern.test(message))?.[1] ?? decided
}

/** Codes of Node's own errors that are about who the server is, not whether it answers. */
const TRUST_CODE = /CERT|SELF_SIGNED|ERR_TLS|ERR_SSL|UNABLE_TO_VERIFY/

const TRUST_MESSAGE = /SASL|does not support SSL|password must be a string/i

/**
 * Makes a SyncError of whatever a session ended with: an error of the server (any object with `code` of five letters
 * and `message`), of the socket, of TLS or of the client library.
 *
 * The detail of a server error can hold row values, so it is told for the phases that see none.
 */
export function sourceError(error: unknown, doing: string, phase: SessionPhase): SyncError {
  if (error instanceof SyncError) return error
  const message = isServerError(error) ? withoutValues(error) : messageOf(error)
  if (isServerError(error)) {
    const detail = phase !== 'query' && error.detail ? ` (${error.detail})` : ''
    const details = error.hint ? { cause: error, remedy: error.hint } : { cause: error }
    return new SyncError(classifyServerError(error, phase), `${doing}: ${message}${detail}`, details)
  }
  const isAboutTrust = TRUST_CODE.test(codeOf(error)) || TRUST_MESSAGE.test(message)
  return new SyncError(isAboutTrust ? 'SOURCE_AUTH' : 'SOURCE_UNREACHABLE', `${doing}: ${message}`, { cause: error })
}

/** Data exceptions, violated constraints and what functions raise quote values of rows. @see PostgreSQL manual, appendix A */
const QUOTING_CLASS = /^(?:22|23|44|P0)/

/** What the server says, without what may be a value of a row. */
function withoutValues({ code, message }: ServerError): string {
  return QUOTING_CLASS.test(code) ? message.replaceAll(/"[^"]*"|'[^']*'/g, '"***"') : message
}

function isServerError(error: unknown): error is ServerError {
  return /^[0-9A-Z]{5}$/.test(codeOf(error)) && /\d/.test(codeOf(error))
}

function codeOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : ''
}

function messageOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') return error.errors.map(messageOf).join('; ')
  if (error instanceof Error) return error.message || codeOf(error)
  if (typeof error === 'object' && error !== null && 'message' in error) return String(error.message)
  return String(error)
}
