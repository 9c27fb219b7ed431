import { expect, test } from 'vitest'
import { SyncError } from '../../../core/sync-error.ts'
import { classifyServerError, sourceError, type SessionPhase } from './server-error.ts'

test.each<readonly [string, string, SessionPhase, string]>([
  ['28P01', 'password authentication failed for user "sync"', 'connect', 'SOURCE_AUTH'],
  ['28000', 'no pg_hba.conf entry for replication connection', 'connect', 'SOURCE_AUTH'],
  ['3D000', 'database "shop" does not exist', 'connect', 'SOURCE_NOT_READY'],
  ['53300', 'number of requested standby connections exceeds "max_wal_senders"', 'connect', 'SOURCE_UNREACHABLE'],
  ['57P03', 'the database system is starting up', 'connect', 'SOURCE_UNREACHABLE'],
  ['42501', 'must be superuser or replication role to start walsender', 'connect', 'SOURCE_PRIVILEGE'],
  ['42501', 'permission denied for table orders', 'stream', 'SOURCE_PRIVILEGE'],
  ['55006', 'replication slot "s" is active for PID 4711', 'start', 'SLOT_BUSY'],
  ['55006', 'database "shop" is being accessed by other users', 'query', 'SOURCE_QUERY'],
  ['42704', 'replication slot "s" does not exist', 'start', 'SLOT_MISSING'],
  ['42704', 'publication "p" does not exist', 'stream', 'PUBLICATION_UNUSABLE'],
  ['42704', 'type "mood" does not exist', 'query', 'SOURCE_QUERY'],
  ['58P01', 'requested WAL segment 000000010000000000000001 has already been removed', 'stream', 'SLOT_LOST'],
  ['55000', 'can no longer get changes from replication slot "s"', 'start', 'SLOT_LOST'],
  ['55000', 'can no longer access replication slot "s"', 'start', 'SLOT_LOST'],
  ['55000', 'cannot use physical replication slot for logical decoding', 'start', 'SLOT_UNUSABLE'],
  ['55000', 'logical decoding requires "wal_level" >= "logical"', 'start', 'SOURCE_NOT_READY'],
  ['55000', 'cannot execute this now', 'query', 'SOURCE_QUERY'],
  ['57P01', 'terminating connection due to administrator command', 'stream', 'SOURCE_UNREACHABLE'],
  ['57P02', 'the server crashed', 'stream', 'SOURCE_UNREACHABLE'],
  ['08006', 'connection failure', 'stream', 'SOURCE_UNREACHABLE'],
  ['XX000', 'something odd', 'stream', 'SOURCE_QUERY'],
])('%s "%s" while in phase %s is %s', (code, message, phase, expected) => {
  expect(classifyServerError({ code, message }, phase)).toBe(expected)
})

const withCode = (code: string, message: string): Error => Object.assign(new Error(message), { code })

test.each<readonly [string, unknown, string]>([
  ['a refused connection', withCode('ECONNREFUSED', 'connect ECONNREFUSED'), 'SOURCE_UNREACHABLE'],
  ['a broken pipe', withCode('EPIPE', 'write EPIPE'), 'SOURCE_UNREACHABLE'],
  ['an unknown host', withCode('ENOTFOUND', 'getaddrinfo ENOTFOUND db'), 'SOURCE_UNREACHABLE'],
  ['several addresses', new AggregateError([withCode('ECONNREFUSED', 'a'), new Error('b')]), 'SOURCE_UNREACHABLE'],
  ['a time-out', new Error('timeout expired'), 'SOURCE_UNREACHABLE'],
  ['an untrusted certificate', withCode('DEPTH_ZERO_SELF_SIGNED_CERT', 'self-signed'), 'SOURCE_AUTH'],
  ['a certificate of another host', withCode('ERR_TLS_CERT_ALTNAME_INVALID', 'altnames'), 'SOURCE_AUTH'],
  ['a server without TLS', new Error('The server does not support SSL connections'), 'SOURCE_AUTH'],
  [
    'a missing password',
    new Error('SASL: SCRAM-SERVER-FIRST-MESSAGE: client password must be a string'),
    'SOURCE_AUTH',
  ],
])('%s is told with its code and cause', (_, error, code) => {
  const told = sourceError(error, 'connecting', 'connect')
  expect(told).toMatchObject({ code, cause: error, message: expect.stringMatching(/^connecting: .+/) })
})

test('keeps a SyncError as it is', () => {
  const error = new SyncError('SLOT_LOST', 'lost')
  expect(sourceError(error, 'streaming', 'stream')).toBe(error)
})

test.each([
  ['22P02', 'invalid input syntax for type integer: "Miller"'],
  ['23505', 'duplicate key value violates unique constraint "Miller"'],
  ['P0001', "no such customer: 'Miller'"],
])('hides what a message of state %s quotes: it may be a value of a row', (code, message) => {
  for (const phase of ['query', 'stream'] as const) {
    const told = sourceError({ code, message }, 'copying', phase)
    expect(told.message).toContain('***')
    expect(told.message).not.toContain('Miller')
  }
})

test('shows the detail of errors of the stream and never that of queries, which can hold row values', () => {
  const error = {
    code: '55000',
    message: 'can no longer access it',
    detail: 'It is Miller, Ann.',
    hint: 'Make another.',
  }
  const streaming = sourceError(error, 'streaming', 'stream')
  expect(streaming.message).toBe('streaming: can no longer access it (It is Miller, Ann.)')
  expect(streaming.remedy).toBe('Make another.')
  expect(sourceError(error, 'asking', 'query').message).toBe('asking: can no longer access it')
})
