import type { CallKind } from '../outcome.ts'

/** A reply to a call, and the outcome that it means. */
type OutcomeCase = readonly [call: CallKind, reply: object, outcome: string]

const fail = (Message: string) => ({ Status: 'Fail', Message })
const failed = (Message: string) => ({
  Status: 'FAILED',
  Message: `class com.starrocks.common.StarRocksException: ${Message}`,
})
/** A reply of a back end that could not do it. */
export const internal = (Message: string) => ({ Status: 'INTERNAL_ERROR', Message })

/** Section 1.1: what a front end says before it redirects. */
export const ROUTING: readonly OutcomeCase[] = [
  ['plain-load', failed('There is no 100-continue header'), 'misconfigured INTERNAL'],
  ['plain-load', failed('No database selected.'), 'misconfigured INTERNAL'],
  ['plain-load', failed('No table selected.'), 'misconfigured INTERNAL'],
  ['load', failed('No backend alive.'), 'back-off unreachable'],
  ['begin', failed('No backend alive.'), 'back-off unreachable'],
]

/** Sections 1.2 to 1.4: plain loads, parameters, limits. */
export const PLAIN: readonly OutcomeCase[] = [
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
  ['plain-load', fail('no valid Basic authorization'), 'misconfigured SINK_AUTH'],
  ['begin', internal("Access denied for user 'sync' (using password: YES)"), 'misconfigured SINK_AUTH'],
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
export const ROWS: readonly OutcomeCase[] = [
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
export const TRANSACTIONS: readonly OutcomeCase[] = [
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
export const MULTI: readonly OutcomeCase[] = [
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
export const COMMON: readonly (readonly [text: string, outcome: string])[] = [
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
