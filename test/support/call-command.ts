import type { Command, CommandContext } from '../../src/cli/command.ts'
import { runProgram } from '../../src/cli/run-program.ts'

/** How a command ended, and what it wrote. */
export interface Outcome {
  readonly code: number
  readonly out: string
  readonly err: string
}

/** Runs a command within this process, in a pipe, on a clock that stands still. */
export async function call(
  command: Command,
  args: readonly string[],
  env: CommandContext['env'] = {},
  abort = new AbortController().signal,
): Promise<Outcome> {
  let out = ''
  let err = ''
  const clock = {
    now: () => 0,
    monotonicMs: () => 0,
    setTimer: () => ({ cancel() {} }),
    sleep: () => Promise.resolve(),
  }
  const terminal = {
    out: (text: string) => void (out += text),
    err: (text: string) => void (err += text),
    isTerminal: false,
    colour: false,
  }
  const code = await runProgram([command.name, ...args], [command], { terminal, env, clock, abort })
  return { code, out, err }
}
