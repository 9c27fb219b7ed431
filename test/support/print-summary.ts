import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { summarize } from './test-summary.ts'

// `npm run test:summary -- EXITCODE`: prints the counts of the last test run as one line and exits 1 unless all is well.
const report = resolve(import.meta.dirname, '../../.cache/test-report.json')
const { line, succeeded, problems } = summarize(
  await readFile(report, 'utf8').catch(() => undefined),
  Number(process.argv[2] ?? 0),
)
for (const problem of problems) process.stderr.write(`${problem}\n`)
process.stdout.write(`${line}\n`)
process.exitCode = succeeded ? 0 : 1
