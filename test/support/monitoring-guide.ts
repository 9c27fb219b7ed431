import { readFileSync } from 'node:fs'
import { parseExposition, type Sample } from './parse-exposition.ts'

/** The specification of the operation, as its author wrote it. */
const GUIDE = readFileSync(new URL('../fixtures/monitoring-guide.md', import.meta.url), 'utf8')

/** The text of the first code block after a heading. @throws {Error} when there is none. */
function blockAfter(heading: string): string {
  const [, after = ''] = GUIDE.split(`\n${heading}\n`)
  const [, block] = /```\w*\n([\s\S]*?)```/.exec(after) ?? []
  if (block === undefined) throw new Error(`the guide has no block after ${heading}`)
  return block
}

/** What `GET /health` answers. */
interface GuideHealth {
  readonly status: string
  readonly checks: Readonly<Record<string, { readonly status: string; readonly message: string }>>
}

/** The guide's example of `GET /health`. */
export function guideHealth(): GuideHealth {
  return JSON.parse(blockAfter('#### Application Health'))
}

/** Every sample of the guide's examples of metrics. */
export function guideSamples(): readonly Sample[] {
  return ['#### Application Metrics', '#### System Metrics'].flatMap((heading) => parseExposition(blockAfter(heading)))
}

/** Every endpoint that the guide names, such as `/health/ready`. */
export function guideEndpoints(): readonly string[] {
  return [...GUIDE.matchAll(/\*\*Endpoint:\*\* `GET ([^`]+)`/g)].map(([, path = '']) => path)
}

/** The addresses of the guide's `curl` commands. */
export function guideCurls(): readonly string[] {
  return [...GUIDE.matchAll(/^curl (\S+)$/gm)].map(([, url = '']) => url)
}
