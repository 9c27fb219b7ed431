import type { Config } from '../config/config.ts'
import type { Clock } from '../core/clock.ts'
import type { TableId } from '../core/table-id.ts'
import type { VerifyReport } from '../core/verify-report.ts'
import type { Command } from './command.ts'
import { configOption, loadNamedConfig } from './named-config.ts'
import { readTableNames } from './named-tables.ts'
import { ownActor } from './own-actor.ts'
import { flag, jsonFlag } from './option.ts'
import { isEqual, verifyJson, verifyText } from './print-verify.ts'

/** What the command needs: `src/app/verify.ts`. */
export interface VerifyDeps {
  /** Compares both sides while the service runs. `onProgress` gets a sentence now and then. @throws {SyncError} */
  readonly verify: (config: Config, request: VerifyRequest) => Promise<VerifyReport>
}

/** What to compare, and with what. */
export interface VerifyRequest {
  readonly tables: readonly TableId[] | 'all'
  /** Whether the report has values of rows that differ. */
  readonly showValues: boolean
  readonly actor: string
  readonly clock: Clock
  readonly abort: AbortSignal
  onProgress(sentence: string): void
}

const showValuesFlag = flag('show-values', 'Show both values of each column that differs.')

/** `sync-app verify`: whether both sides are equal. */
export function verifyCommand(load: () => Promise<VerifyDeps>): Command {
  return {
    name: 'verify',
    summary: 'Compare every row of both sides, and name those that differ.',
    description:
      'The service may run meanwhile. Exits with 1 when a row differs, or a table cannot be compared.\n' +
      'Rows that change at every look are counted apart: nothing can be said of them.',
    operands: [
      { name: 'TABLE', doc: 'schema.table, or a table of schema public; else all.', required: false, repeated: true },
    ],
    options: [configOption, showValuesFlag, jsonFlag],
    examples: [
      { call: 'verify', doc: 'Compare all tables.' },
      { call: 'verify orders --json', doc: 'Compare one table, for a program.' },
    ],
    async run(input, context) {
      const { config } = await loadNamedConfig(input, undefined, context)
      const { terminal, clock, abort } = context
      const tables = input.operands.length === 0 ? 'all' : await readTableNames(input.operands, config)
      const { verify } = await load()
      const onProgress = (sentence: string): void => terminal.err(`${sentence}\n`)
      const around = { clock, abort, onProgress }
      const report = await verify(config, {
        tables,
        showValues: input.get(showValuesFlag),
        actor: ownActor(),
        ...around,
      })
      terminal.out(input.get(jsonFlag) ? verifyJson(report) : verifyText(report, terminal.colour))
      return isEqual(report) ? 0 : 1
    },
  }
}
