/** Where a command's words go. */
export interface Terminal {
  /** Results: what a program would read. */
  out(text: string): void
  /** Errors, warnings and progress. */
  err(text: string): void
  /** Whether results go to a terminal. */
  readonly isTerminal: boolean
  /** Whether results may be coloured. */
  readonly colour: boolean
}

/** What of `process` a terminal is made of. */
interface ProcessStreams {
  /** Node leaves `isTTY` out for what is no terminal. */
  readonly stdout: { readonly isTTY?: boolean | undefined; write(text: string): boolean }
  readonly stderr: { write(text: string): boolean }
  readonly env: Readonly<Record<string, string | undefined>>
}

/** The terminal of this process. Colours only on a terminal and without NO_COLOR. @see https://no-color.org */
export function processTerminal(process: ProcessStreams): Terminal {
  const isTerminal = process.stdout.isTTY === true
  const plain = (process.env['NO_COLOR'] ?? '') !== '' || process.env['TERM'] === 'dumb'
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    isTerminal,
    colour: isTerminal && !plain,
  }
}
