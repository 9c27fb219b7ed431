import { describe, expect, test } from 'vitest'
import { type CallKind, judgeAnswer, judgeSilence, judgeSqlError, type Outcome, stateOf } from './outcome.ts'
import { parseReplyFields } from './reply-fields.ts'
import { COMMON, internal, MULTI, PLAIN, ROUTING, ROWS, TRANSACTIONS } from './testing/outcome-cases.ts'

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

  test('status 401 for a missing privilege names the privilege, not the password', () => {
    const told = 'Access denied; you need (at least one of) the INSERT privilege(s) on TABLE t for this operation.'
    expect(judge('plain-load', { status: 'FAILED', code: '1', msg: told }, 401)).toBe('misconfigured SINK_PRIVILEGE')
    expect(judge('plain-load', { status: 'FAILED', msg: "Access denied for user 'u'" }, 401)).toBe(
      'misconfigured SINK_AUTH',
    )
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
