import { z } from 'zod'

const reportSchema = z.object({
  success: z.boolean(),
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numTodoTests: z.number(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string().default(''),
      assertionResults: z.array(z.object({ status: z.string() })),
    }),
  ),
})

/** What a test run came to. */
export interface TestSummary {
  /** `N passed, N failed`, with `, N skipped` where tests were skipped. */
  readonly line: string
  readonly succeeded: boolean
  /** What the counts alone do not tell, one sentence each. */
  readonly problems: readonly string[]
}

/**
 * Reads vitest's JSON report. A file that failed outside of its tests counts as one failure: vitest counts tests only,
 * so that a file which does not even load would look like nothing at all. So does a report that is missing or cut off,
 * and a run that failed although no test did: who reads only the line must see it.
 *
 * @param text the report; `undefined` when the run wrote none.
 * @param exitCode of the runner, which alone knows of errors outside of all tests.
 */
export function summarize(text: string | undefined, exitCode: number): TestSummary {
  const report = readReport(text)
  if (report === undefined) {
    return {
      line: '0 passed, 1 failed',
      succeeded: false,
      problems: ['The test run left no report: it did not end by itself.'],
    }
  }
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed'),
  )
  const problems = brokenFiles.map(({ name, message }) => `${name} failed outside of its tests: ${message}`)
  const knownFailures = report.numFailedTests + brokenFiles.length
  const skipped = report.numPendingTests + report.numTodoTests
  const ran = report.numPassedTests + report.numFailedTests
  if (ran === 0) problems.push('No test ran.')
  const failedAsAWhole = knownFailures === 0 && (!report.success || exitCode !== 0 || ran === 0)
  if (failedAsAWhole) problems.push('The test run failed although no test did.')
  const failed = knownFailures + (failedAsAWhole ? 1 : 0)
  return {
    line: `${report.numPassedTests} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`,
    succeeded: failed === 0,
    problems,
  }
}

function readReport(text: string | undefined): z.infer<typeof reportSchema> | undefined {
  if (text === undefined) return undefined
  try {
    return reportSchema.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}
