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
      assertionResults: z.array(
        z.object({
          status: z.string(),
          fullName: z.string().default(''),
          failureMessages: z.array(z.string()).nullish(),
        }),
      ),
    }),
  ),
})

/** Characters of what a test failed of. */
const LONGEST_REASON = 1500

/** What a test run came to. */
export interface TestSummary {
  /** `N passed, N failed`, with `, N skipped` where tests were skipped. */
  readonly line: string
  readonly succeeded: boolean
  /** What the counts alone do not tell, one sentence each; the failed tests by file and name, with what they failed of. */
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
  problems.push(...report.testResults.flatMap(failedTests))
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

type FileReport = z.infer<typeof reportSchema>['testResults'][number]

/** The end of a long log may be all that is kept of a run: it names what failed. */
function failedTests(file: FileReport): string[] {
  return file.assertionResults
    .filter(({ status }) => status === 'failed')
    .map(({ fullName, failureMessages }) => {
      const reason = (failureMessages ?? []).join('\n').slice(0, LONGEST_REASON)
      return `FAILED ${file.name}: ${fullName.trim()}: ${reason}`
    })
}

function readReport(text: string | undefined): z.infer<typeof reportSchema> | undefined {
  if (text === undefined) return undefined
  try {
    return reportSchema.parse(JSON.parse(text))
  } catch {
    return undefined
  }
}
