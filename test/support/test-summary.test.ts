import { expect, test } from 'vitest'
import { summarize } from './test-summary.ts'

const passedFile = { name: 'a.test.ts', status: 'passed', message: '', assertionResults: [{ status: 'passed' }] }
const failedFile = { name: 'b.test.ts', status: 'failed', message: '', assertionResults: [{ status: 'failed' }] }
const brokenFile = { name: 'c.test.ts', status: 'failed', message: 'Cannot find module', assertionResults: [] }

const good = {
  success: true,
  numPassedTests: 3,
  numFailedTests: 0,
  numPendingTests: 0,
  numTodoTests: 0,
  testResults: [passedFile],
}

test.each([
  ['all passed', good, '3 passed, 0 failed', true],
  ['some skipped', { ...good, numPendingTests: 1, numTodoTests: 1 }, '3 passed, 0 failed, 2 skipped', true],
  [
    'a test failed',
    { ...good, success: false, numFailedTests: 2, testResults: [failedFile] },
    '3 passed, 2 failed',
    false,
  ],
  [
    'a file did not load',
    { ...good, success: false, testResults: [passedFile, brokenFile] },
    '3 passed, 1 failed',
    false,
  ],
  ['nothing ran', { ...good, numPassedTests: 0, testResults: [] }, '0 passed, 1 failed', false],
  ['failed without a failed test', { ...good, success: false }, '3 passed, 1 failed', false],
])('%s', (_name, report, line, succeeded) => {
  expect(summarize(JSON.stringify(report), 0)).toMatchObject({ line, succeeded })
})

test.each([
  ['missing', undefined],
  ['cut off', '{"success": true, "numPass'],
  ['not a report', '[]'],
])('a report that is %s is a failure', (_name, text) => {
  expect(summarize(text, 0)).toMatchObject({ line: '0 passed, 1 failed', succeeded: false })
})

test('names the file that did not load, and why', () => {
  const { problems } = summarize(JSON.stringify({ ...good, success: false, testResults: [brokenFile] }), 1)
  expect(problems).toEqual(['c.test.ts failed outside of its tests: Cannot find module'])
})

test('an exit code that no test explains is a failure', () => {
  expect(summarize(JSON.stringify(good), 1)).toMatchObject({ line: '3 passed, 1 failed', succeeded: false })
})

test('names every failed test with what it failed of', () => {
  const failed = { status: 'failed', fullName: ' keeps rows', failureMessages: ['Error: one row is missing'] }
  const report = {
    ...good,
    success: false,
    numFailedTests: 1,
    testResults: [{ ...failedFile, assertionResults: [failed] }],
  }
  expect(summarize(JSON.stringify(report), 1).problems).toEqual([
    'FAILED b.test.ts: keeps rows: Error: one row is missing',
  ])
})
