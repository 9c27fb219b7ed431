import type { DemoRequest, DemoResult } from '../app/demo/demo-picture.ts'
import type { Clock } from '../core/clock.ts'
import type { Command } from './command.ts'
import { demoView } from './demo-view.ts'
import { humanCount } from './human-units.ts'
import { flag, jsonFlag, numberOption } from './option.ts'
import { isEqual, verifyText } from './print-verify.ts'

/** What the command needs: `src/app/demo/run-demo.ts`. */
export interface DemoDeps {
  /** Starts both sides and a workload, syncs, shows it, verifies at the end, and leaves nothing running. @throws {Error} */
  readonly runDemo: (
    request: DemoRequest & { readonly clock: Clock; readonly abort: AbortSignal },
  ) => Promise<DemoResult | null>
}

/** As shells have it for what SIGINT ended. */
const INTERRUPTED = 130

const secondsOption = numberOption('seconds', 'N', 'End by itself after N seconds.', 1)
const portOption = numberOption('port', 'N', 'Port of health and API; default 8080, or a free one.', 1)
const metricsPortOption = numberOption('metrics-port', 'N', 'Port of the metrics; default 9090, or a free one.', 1)
const smallFlag = flag('small', 'A twentieth of the rows, for a slow machine.')

/** The demonstration's last line for programs. */
function demoJson({ report, rowsApplied, lagSeconds, guarantee, workload }: DemoResult): string {
  const sum = (field: 'rowsCompared' | 'rowsDifferent' | 'rowsUnsettled'): number =>
    report.tables.reduce((total, table) => total + table[field], 0)
  return `${JSON.stringify({
    tables: report.tables.length,
    rows_compared: sum('rowsCompared'),
    rows_different: sum('rowsDifferent'),
    rows_unsettled: sum('rowsUnsettled'),
    not_compared: report.notCompared,
    rows_applied: rowsApplied,
    lag_seconds: lagSeconds,
    guarantee,
    workload,
  })}\n`
}

/** Whether everything that was to be shown is so: every table was compared to its end, and no row differs. */
function isFlawless(result: DemoResult): boolean {
  return isEqual(result.report) && result.report.tables.every((table) => table.rowsUnsettled === 0)
}

/** `sync-app demo`: everything on one machine, to watch. */
export function demoCommand(load: () => Promise<DemoDeps>): Command {
  return {
    name: 'demo',
    summary: 'Start PostgreSQL, a StarRocks stand-in and a busy shop, and watch the sync.',
    description:
      'Needs nothing but this program. Compares every row at its end; exits with 0 only if none differs.\n' +
      'Ctrl-C ends the show and begins the comparison; a second one ends everything at once.',
    operands: [],
    options: [secondsOption, smallFlag, portOption, metricsPortOption, jsonFlag],
    examples: [
      { call: 'demo', doc: 'Watch until Ctrl-C.' },
      { call: 'demo --seconds 30 --json', doc: 'Half a minute; the last line is the result as JSON.' },
    ],
    async run(input, { terminal, clock, abort }) {
      const { runDemo } = await load()
      const json = input.get(jsonFlag)
      const view = demoView(terminal, json)
      const scale = input.get(smallFlag) ? 0.05 : 1
      const ports = { port: input.get(portOption), metricsPort: input.get(metricsPortOption) }
      const result = await runDemo({ seconds: input.get(secondsOption), scale, ...ports, ...view, clock, abort })
      if (result === null) return INTERRUPTED
      view.say(`Rows applied: ${humanCount(result.rowsApplied)}; guarantee: ${result.guarantee}`)
      const text = verifyText(result.report, terminal.colour && !json)
      if (json) terminal.err(text)
      terminal.out(json ? demoJson(result) : text)
      return isFlawless(result) ? 0 : 1
    },
  }
}
