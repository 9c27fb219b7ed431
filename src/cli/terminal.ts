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

/** The terminal of this process. Colours only on a terminal and without NO_COLOR. @see https://no-color.org */
export function processTerminal(process: NodeJS.Process): Terminal {
  const isTerminal = process.stdout.isTTY
  const plain = (process.env['NO_COLOR'] ?? '') !== '' || process.env['TERM'] === 'dumb'
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    isTerminal,
    colour: isTerminal && !plain,
  }
}
