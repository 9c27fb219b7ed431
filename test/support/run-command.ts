import { spawn } from 'node:child_process'

/** How a command ended, and what it wrote. */
export interface CommandAnswer {
  readonly code: number | null
  /** Standard output and error, in the order in which they came. */
  readonly text: string
}

/** Runs `sync-app` with these arguments; one that has not ended in time is ended, and has no code. */
export async function runCommand(args: readonly string[], timeoutMs = 30_000): Promise<CommandAnswer> {
  const program = new URL('../../src/main.ts', import.meta.url).pathname
  const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  let text = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => (text += bytes.toString()))
  const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs)
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
  clearTimeout(timer)
  return { code, text }
}
