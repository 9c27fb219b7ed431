import type { Terminal } from './terminal.ts'

/** Shows pictures: on a terminal each takes the place of the one before, in a pipe they follow one another. */
export interface LiveScreen {
  /** @param picture lines, the last one ended. */
  show(picture: string): void
  /** What is shown stays; the next picture is drawn below. */
  keep(): void
}

/** A live screen on a terminal. */
export function liveScreen(terminal: Pick<Terminal, 'out' | 'isTerminal'>): LiveScreen {
  let drawnLines = 0
  return {
    show(picture) {
      terminal.out(terminal.isTerminal ? `${back(drawnLines)}${picture}` : picture)
      drawnLines = picture.split('\n').length - 1
    },
    keep() {
      drawnLines = 0
    },
  }
}

/** Moves to where the last picture began and wipes it away. @see ECMA-48, CPL and ED */
function back(lines: number): string {
  return lines === 0 ? '' : `\u001b[${lines}F\u001b[J`
}
