import { describe, expect, test } from 'vitest'
import { type CallKind, judgeAnswer, judgeSilence, judgeSqlError, type Outcome, stateOf } from './outcome.ts'
import { parseReplyFields } from './reply-fields.ts'

type Row = readonly [call: CallKind, reply: object, outcome: string]

/** An outcome in short: its tag, and what tells it from others of the same tag. */
function short(outcome: Outcome): string {
  if (outcome.tag === 'back-off') return `back-off ${outcome.kind}`
  if (outcome.tag === 'misconfigured') return `misconfigured ${outcome.code}`
  if (outcome.tag === 'label-is') return `label-is ${outcome.state}`
  if (outcome.tag === 'durable') return outcome.visible ? 'durable visible' : 'durable'
  return outcome.tag
}

function judge(call: CallKind, reply: object, httpStatus = 200, expectedTxnId?: string): string {
  const fields = parseReplyFields(JSON.stringify(reply))
  return short(judgeAnswer({ call, httpStatus, fields, expectedTxnId }))
}

const fail = (Message: string) => ({ Status: 'Fail', Message })
const failed = (Message: string) => ({
  Status: 'FAILED',
  Message: `class com.starrocks.common.StarRocksException: ${Message}`,
})
const internal = (Message: string) => ({ Status: 'INTERNAL_ERROR', Message })

/** Section 1.1: what a front end says before it redirects. */
const ROUTING: readonly Row[] = [
  ['plain-load', failed('There is no 100-continue header'), 'misconfigured INTERNAL'],
  ['plain-load', failed('No database selected.'), 'misconfigured INTERNAL'],
  ['plain-load', failed('No table selected.'), 'misconfigured INTERNAL'],
  ['load', failed('No backend alive.'), 'back-off unreachable'],
  ['begin', failed('No backend alive.'), 'back-off unreachable'],
]

/** Sections 1.2 to 1.4: plain loads, parameters, limits. */
const PLAIN: readonly Row[] = [
  ['plain-load', { Status: 'Success', Message: 'OK', TxnId: 7 }, 'durable visible'],
  ['plain-load', { Status: 'Publish Timeout', Message: 'Publish timeout' }, 'durable'],
  ['plain-load', { Status: 'Label Already Exists', ExistingJobStatus: 'FINISHED' }, 'label-is visible'],
  ['plain-load', { Status: 'Label Already Exists', ExistingJobStatus: 'RUNNING' }, 'label-is open'],
  ['plain-load', fail('anything else'), 'next-attempt'],
  [
    'plain-load',
    fail('Commit transaction fail cause rpc, Transaction status unknown, you can retry with same label.'),
    'ask-state',
  ],
  ['load', fail('unknown data format, format=X'), 'misconfigured TARGET_UNSUPPORTED'],
  ['load', fail('Invalid strict mode format. Must be bool type'), 'misconfigured TARGET_UNSUPPORTED'],
  [
    'load',
    fail('Only one of http header content-encoding and compression can be set'),
    'misconfigured TARGET_UNSUPPORTED',
  ],
  ['plain-load', fail('too many filtered rows'), 'rejected-rows'],
  ['prepare', internal('too many filtered rows'), 'rejected-rows'],
  ['commit', failed('too many filtered rows'), 'rejected-rows'],
  ['prepare', internal('primary key size exceed the limit'), 'rejected-rows'],
  ['load', fail('Only primary key table support partial update'), 'misconfigured TARGET_UNSUPPORTED'],
  ['load', failed('Access denied; you need (at least one of) the INSERT privilege(s)'), 'misconfigured SINK_PRIVILEGE'],
  ['begin', failed('current running txns on db 10002 is 1000, larger than limit 1000'), 'back-off busy'],
  ['plain-load', fail('There is no data to load'), 'misconfigured INTERNAL'],
  ['commit', failed('all partitions have no load data'), 'misconfigured INTERNAL'],
  [
    'load',
    fail('body size 9 exceed limit: 8, id=1. You can increase the limit by setting streaming_load_max_mb in be.conf.'),
    'misconfigured TARGET_UNSUPPORTED',
  ],
  [
    'load',
    fail(
      'The size of this batch exceed the max size [104857600]  of json type data  data [ 104857601 ]. Set ignore_json_size to skip the check, although it may lead huge memory consuming.',
    ),
    'misconfigured TARGET_UNSUPPORTED',
  ],
  ['load', fail('Stream Load exceed http cuncurrent limit 47, please try again later'), 'back-off busy'],
  ['load', fail('Service is shutting down, please retry later!'), 'back-off unreachable'],
  ['load', fail("receive body don't equal with body bytes"), 'next-attempt'],
]

/** Sections 1.5, 1.6 and 4: what is said of rows. */
const ROWS: readonly Row[] = [
  [
    'prepare',
    internal(
      "Target column count: 3 doesn't match source value column count: 2. Column separator: 'x', Row delimiter: 'y'",
    ),
    'rejected-rows',
  ],
  ['prepare', internal('Invalid UTF-8 row'), 'rejected-rows'],
  ['prepare', internal('CSV line length exceed limit 1048576'), 'rejected-rows'],
  [
    'prepare',
    internal('The field (name = c, pos = 1) is out of range. Type: INT, Value length: 3, Value: abc'),
    'rejected-rows',
  ],
  ['prepare', internal("NULL value in non-nullable column 'c'"), 'rejected-rows'],
  ['prepare', internal("String 'abc' is too long. The type of 'c' is VARCHAR(2)"), 'rejected-rows'],
  ['load', internal('payload size [9] of single write beyond the JSON payload limit [8]'), 'rejected-rows'],
  ['prepare', { ...internal('some new wording'), NumberFilteredRows: 3 }, 'rejected-rows'],
  ['prepare', internal('some new wording'), 'next-attempt'],
]

/** Section 2: the transaction interface. */
const TRANSACTIONS: readonly Row[] = [
  ['begin', { Status: 'OK', Message: '', Label: 'l', TxnId: 12 }, 'ok'],
  ['load', { Status: 'OK', Message: '', TxnId: 12 }, 'ok'],
  ['prepare', { Status: 'OK', Message: '', TxnId: 12, NumberLoadedRows: 3 }, 'ok'],
  ['commit', { Status: 'OK', Message: '' }, 'ok'],
  ['commit', { Status: 'OK', Message: 'Transaction 12 has already committed, label is l' }, 'ok'],
  ['rollback', { Status: 'OK', Message: 'Transaction 12 has already aborted, label is l' }, 'ok'],
  [
    'begin',
    { Status: 'LABEL_ALREADY_EXISTS', ExistingJobStatus: 'RUNNING', Message: 'Label [x] has already been used.' },
    'label-is open',
  ],
  [
    'begin',
    { Status: 'LABEL_ALREADY_EXISTS', ExistingJobStatus: 'FINISHED', Message: 'Label [x] has already been used.' },
    'label-is visible',
  ],
  ['commit', failed('Can not commit ABORTED transaction 12, label is l'), 'next-attempt'],
  ['rollback', failed('Can not abort COMMITTED transaction 12, label is l'), 'durable'],
  ['rollback', failed('Can not abort VISIBLE transaction 12, label is l'), 'durable visible'],
  ['commit', failed('No transaction found with db[X] and label[L]'), 'ask-state'],
  ['rollback', failed('No transaction found with db[X] and label[L]'), 'next-attempt'],
  ['load', { Status: 'TXN_NOT_EXISTS', Message: 'Transaction with label L not exists' }, 'next-attempt'],
  ['commit', { Status: 'TXN_NOT_EXISTS', Message: 'Transaction with label L not exists' }, 'ask-state'],
  ['begin', failed('Empty label.'), 'misconfigured INTERNAL'],
  ['begin', failed('Database[x] does not exist.'), 'misconfigured TARGET_MISSING'],
  ['load', failed('Request database X not equal transaction database Y'), 'misconfigured INTERNAL'],
  ['load', internal('load request not equal last.'), 'next-attempt'],
  ['load', { Status: 'TXN_IN_PROCESSING', Message: '' }, 'next-attempt'],
  ['commit', { Status: 'TXN_IN_PROCESSING', Message: '' }, 'ask-state'],
  ['rollback', { Status: 'TXN_IN_PROCESSING', Message: '' }, 'ask-state'],
  ['load', { Status: 'ABORTED', Message: 'current transaction is aborted' }, 'next-attempt'],
  ['prepare', internal("transaction hasn't send any data yet"), 'next-attempt'],
  [
    'commit',
    failed(
      "Can't find the transaction with db [X] and label[L]. The possible reasons: 1. FE leader is started or switched; 2. The transaction timeouts and is cleaned.",
    ),
    'ask-state',
  ],
  [
    'load',
    failed(
      "Can't find the transaction with db [X] and label[L]. The possible reasons: 1. FE leader is started or switched",
    ),
    'next-attempt',
  ],
  ['load', { Status: 'INVALID_ARGUMENT', Message: 'some argument' }, 'next-attempt'],
  ['commit', failed('some new wording'), 'ask-state'],
]

/** Section 2.1: transactions over several tables. */
const MULTI: readonly Row[] = [
  [
    'begin',
    {
      Status: 'LABEL_ALREADY_EXISTS',
      ExistingJobStatus: 'BEGIN',
      Message: 'Transaction already started with label [L], txnId: 12',
    },
    'label-is open',
  ],
  [
    'begin',
    { Status: 'LABEL_ALREADY_EXISTS', ExistingJobStatus: 'COMMITING', Message: 'Label [L] has already been used.' },
    'label-is committing',
  ],
  [
    'begin',
    { Status: 'LABEL_ALREADY_EXISTS', ExistingJobStatus: 'COMMITED', Message: 'Label [L] has already been used.' },
    'label-is committed',
  ],
  [
    'begin',
    { Status: 'LABEL_ALREADY_EXISTS', ExistingJobStatus: 'ABORTING', Message: 'Label [L] has already been used.' },
    'label-is committing',
  ],
  [
    'begin',
    { Status: 'LABEL_ALREADY_EXISTS', ExistingJobStatus: 'CANCELLED', Message: 'Label [L] has already been used.' },
    'label-is aborted',
  ],
  [
    'begin',
    { Status: 'LABEL_ALREADY_EXISTS', ExistingJobStatus: 'VISIBLE', Message: 'Label [L] has already been used.' },
    'label-is visible',
  ],
  ['begin', failed('Transaction already started with label [L], txnId: 12'), 'label-is unknown'],
  ['prepare', failed('Unsupported operation: TXN_PREPARE'), 'misconfigured TARGET_UNSUPPORTED'],
  [
    'begin',
    failed('Multi-statement transaction requests can only be sent to FE nodes, not BE nodes'),
    'misconfigured INTERNAL',
  ],
  ['load', failed('stream load task L has already been cancelled'), 'next-attempt'],
  ['commit', failed('stream load task L has already been cancelled'), 'next-attempt'],
  ['commit', failed('stream load task L has already been commited'), 'durable'],
  ['load', failed('stream load task L is aborting'), 'next-attempt'],
  [
    'load',
    failed('stream load task L has already been cancelled: LOAD exception: Failed to find table a in db shop'),
    'next-attempt',
  ],
  ['load', failed('stream load task L is aborting: too many filtered rows'), 'next-attempt'],
  ['load', failed('Failed to find table a in db shop'), 'misconfigured TARGET_MISSING'],
  ['load', failed('stream load task L is committing, can not accept new loads'), 'ask-state'],
  ['rollback', failed('stream load taskLdoes not exist'), 'next-attempt'],
  ['commit', failed('stream load task L does not exist'), 'ask-state'],
  ['load', failed('cancelled after FE restart'), 'next-attempt'],
  ['rollback', failed('Can not abort transaction 12 during committing, label is L'), 'ask-state'],
  ['load', failed('transaction 12 possibly lost due to FE leader switch'), 'next-attempt'],
  ['commit', failed('transaction 12 possibly lost due to FE leader switch'), 'ask-state'],
]

/** Section 6.1, as load replies and as SQL errors. */
const COMMON: readonly (readonly [text: string, outcome: string])[] = [
  ['Too many versions. tablet_id: 10012, version_count: 1230, limit: 1000, replica_state: 0', 'back-off busy'],
  ['current running txns on db 10002 is 100, larger than limit 100', 'back-off busy'],
  ['streamload txn num per be exceeds limit', 'back-off busy'],
  ['Database[shop] data size exceeds quota[1024]', 'back-off quota'],
  ['Memory of process exceed limit. Used: 9, Limit: 8', 'back-off memory'],
  ['memory exceed limit', 'back-off memory'],
  ['Insert has filtered data in strict mode', 'rejected-rows'],
  ['No backend alive.', 'back-off unreachable'],
  ['Cluster has no available capacity', 'back-off unreachable'],
  ["Unknown database 'x'", 'misconfigured TARGET_MISSING'],
  ["Unknown table 'x.y'", 'misconfigured TARGET_MISSING'],
]

describe('the meaning of an answer', () => {
  test.each([...ROUTING, ...PLAIN, ...ROWS, ...TRANSACTIONS, ...MULTI])('%s %j is %s', (call, reply, outcome) => {
    expect(judge(call, reply)).toBe(outcome)
  })

  test.each(COMMON)('%s: %s, in a load and in SQL alike', (text, outcome) => {
    expect(judge('load', internal(text))).toBe(outcome)
    expect(short(judgeSqlError(1064, text))).toBe(outcome)
  })

  test('a tablet that is gone makes another attempt', () => {
    expect(judge('load', internal('Fail to get tablet. tablet_id=10012'))).toBe('next-attempt')
  })

  test('no text of a passing trouble blames rows', () => {
    const transient = COMMON.filter(([, outcome]) => outcome.startsWith('back-off')).map(([text]) => text)
    for (const text of transient) {
      for (const call of ['load', 'prepare', 'commit', 'plain-load'] as const) {
        expect(judge(call, { ...internal(text), NumberFilteredRows: 0 })).toMatch(/^back-off/)
      }
    }
  })

  test('the error log of refused rows is kept', () => {
    const fields = parseReplyFields(JSON.stringify({ ...internal('too many filtered rows'), ErrorURL: 'http://be/x' }))
    expect(judgeAnswer({ call: 'prepare', httpStatus: 200, fields })).toMatchObject({ errorUrl: 'http://be/x' })
  })
})

describe('what HTTP says', () => {
  test.each([
    [401, 'misconfigured SINK_AUTH'],
    [403, 'misconfigured SINK_PRIVILEGE'],
    [307, 'back-off unreachable'],
    [503, 'ask-state'],
  ])('status %d after a commit is %s', (status, outcome) => {
    expect(short(judgeAnswer({ call: 'commit', httpStatus: status, fields: null }))).toBe(outcome)
  })

  test('a gateway error after a load is waited out', () => {
    expect(short(judgeAnswer({ call: 'load', httpStatus: 502, fields: null }))).toBe('back-off unreachable')
  })

  test.each([
    ['begin', true, 'ask-state'],
    ['commit', true, 'ask-state'],
    ['rollback', true, 'ask-state'],
    ['load', true, 'back-off unreachable'],
    ['state', true, 'back-off unreachable'],
    ['begin', false, 'back-off unreachable'],
    ['commit', false, 'back-off unreachable'],
  ] as const)('silence after %s (delivered: %s) is %s', (call, delivered, outcome) => {
    expect(short(judgeSilence(call, delivered, 'reset'))).toBe(outcome)
  })
})

describe('the transaction that an answer is about', () => {
  test('another id than begin gave is a question', () => {
    expect(judge('commit', { Status: 'OK', TxnId: 13 }, 200, '12')).toBe('ask-state')
    expect(judge('load', { Status: 'OK', TxnId: 13 }, 200, '12')).toBe('ask-state')
  })

  test('ids beyond 2^53 are told apart', () => {
    const fields = parseReplyFields('{"Status":"OK","TxnId":9007199254740993}')
    expect(fields?.txnId).toBe('9007199254740993')
    expect(short(judgeAnswer({ call: 'commit', httpStatus: 200, fields, expectedTxnId: '9007199254740992' }))).toBe(
      'ask-state',
    )
  })

  test('an answer without an id is taken', () => {
    expect(judge('commit', { Status: 'OK' }, 200, '12')).toBe('ok')
  })
})

describe('the state of a label', () => {
  test.each([
    ['PREPARE', 'open'],
    ['PREPARED', 'open'],
    ['COMMITTED', 'committed'],
    ['VISIBLE', 'visible'],
    ['ABORTED', 'aborted'],
    ['UNKNOWN', 'unknown'],
  ])('%s', (state, meaning) => {
    expect(judge('state', { state, reason: '', status: 'OK', code: '0', msg: 'Success' })).toBe(`label-is ${meaning}`)
    expect(stateOf(state)).toBe(meaning)
  })

  test('an answer without a state tells nothing', () => {
    expect(judge('state', { status: 'FAILED', msg: 'not ready' })).toBe('back-off unreachable')
    expect(judge('state', { status: 'FAILED', msg: 'Access denied' })).toBe('misconfigured SINK_PRIVILEGE')
    expect(judge('state', { status: 'FAILED', msg: 'Database[x] does not exist.' })).toBe(
      'misconfigured TARGET_MISSING',
    )
  })
})

describe('errors of SQL', () => {
  test.each([
    [1045, 'Access denied for user', 'misconfigured SINK_AUTH'],
    [1064, 'Access denied; you need (at least one of) the CREATE TABLE privilege(s)', 'misconfigured SINK_PRIVILEGE'],
    [5203, 'You need OPERATE', 'misconfigured SINK_PRIVILEGE'],
    [1049, 'db', 'misconfigured TARGET_MISSING'],
    [5502, 'table', 'misconfigured TARGET_MISSING'],
    [1064, 'Getting syntax error at line 1', 'misconfigured SINK_QUERY'],
  ] as const)('%d %s is %s', (errno, text, outcome) => {
    expect(short(judgeSqlError(errno, text))).toBe(outcome)
  })
})
