import type { Clock } from '../core/clock.ts'
import type { Guarantee } from '../core/sink.ts'
import type { Command } from './command.ts'
import { jsonFlag, numberOption } from './option.ts'
import type { Terminal } from './terminal.ts'

/** What the command needs: `src/app/demo/run-demo.ts`. */
export interface DemoDeps {
  /** Starts both sides and a workload, syncs, shows it, verifies at the end, and leaves nothing running. @throws {SyncError} */
  readonly runDemo: (request: DemoRequest) => Promise<DemoResult>
}

/** How the demonstration runs. */
export interface DemoRequest {
  /** Ends by itself after this time; undefined runs until `abort`. */
  readonly seconds: number | undefined
  /** Whether standard output is for the final JSON alone; the view then goes to standard error as plain lines. */
  readonly json: boolean
  readonly terminal: Terminal
  readonly clock: Clock
  readonly abort: AbortSignal
}

/** What the demonstration showed. */
interface DemoResult {
  readonly tables: number
  readonly rowsCompared: number
  readonly rowsDifferent: number
  readonly rowsApplied: number
  readonly lagSeconds: number
  readonly guarantee: Guarantee
}

const secondsOption = numberOption('seconds', 'N', 'End by itself after N seconds.', 1)

/** The demonstration's last line for programs. */
function demoJson(result: DemoResult): string {
  return `${JSON.stringify({
    tables: result.tables,
    rows_compared: result.rowsCompared,
    rows_different: result.rowsDifferent,
    rows_applied: result.rowsApplied,
    lag_seconds: result.lagSeconds,
    guarantee: result.guarantee,
  })}\n`
}

/** `sync-app demo`: everything on one machine, to watch. */
export function demoCommand(load: () => Promise<DemoDeps>): Command {
  return {
    name: 'demo',
    summary: 'Start PostgreSQL, a StarRocks stand-in and a busy shop, and watch the sync.',
    description: 'Needs nothing but this program. Compares every row at its end; exits with 0 only if none differs.',
    operands: [],
    options: [secondsOption, jsonFlag],
    examples: [
      { call: 'demo', doc: 'Watch until Ctrl-C.' },
      { call: 'demo --seconds 30 --json', doc: 'Half a minute; the last line is the result as JSON.' },
    ],
    async run(input, { terminal, clock, abort }) {
      const { runDemo } = await load()
      const json = input.get(jsonFlag)
      const result = await runDemo({ seconds: input.get(secondsOption), json, terminal, clock, abort })
      if (json) terminal.out(demoJson(result))
      return result.rowsDifferent === 0 ? 0 : 1
    },
  }
}
