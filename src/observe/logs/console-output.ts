import { prettyLine } from './format-line.ts'
import type { LogRecord } from './log-record.ts'
import type { LineOutput } from './log-writer.ts'

/** Where standard output goes. */
export interface Console {
  readonly isTerminal: boolean
  readonly colour: boolean
  /** Takes a text whole or not at all: false when its reader is gone, too slow, or its disk full. Never throws, never waits. */
  write(text: string): boolean
}

/** Lines for standard output, for people or as JSON. That lines were lost is said as soon as others come through again. */
export function consoleOutput(
  console: Console,
  { pretty, report }: { readonly pretty: boolean; readonly report: (record: LogRecord) => void },
): LineOutput {
  let lost = 0
  return {
    write(line, json) {
      const text = pretty ? prettyLine(line, console.colour) : json
      if (!console.write(`${text}\n`)) {
        lost++
        return 1
      }
      if (lost > 0) {
        const fields = { lost_lines: lost, remedy: 'See to it that standard output is read.' }
        lost = 0
        // Not from within the line that is being written.
        queueMicrotask(() =>
          report({ level: 'WARNING', logger: 'sync_app.logs', message: 'Standard output takes lines again', fields }),
        )
      }
      return 0
    },
  }
}
