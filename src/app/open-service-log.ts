import type { Config } from '../config/config.ts'
import { secretsOf } from '../config/secrets-of.ts'
import type { Clock } from '../core/clock.ts'
import { openLog, type OpenLog } from './open-log.ts'
import type { ServiceHost } from './service-host.ts'

/** Where the log of the service goes and what it hears of. */
export interface ServiceLogSurroundings {
  readonly terminal: { readonly isTerminal: boolean; readonly colour: boolean; out(text: string): void }
  readonly clock: Clock
  /** Absent where there is no process of its own: lines go to the terminal, whatever becomes of it. */
  readonly host?: ServiceHost | undefined
}

/**
 * The log of the running service: with the secrets of its configuration, its file opened anew at SIGHUP (unless it runs on a terminal:
 * then SIGHUP means that the terminal is gone), and what waits written when the process ends in whatever way but by SIGKILL.
 * @throws {SyncError} CONFIG_INVALID when its file cannot be opened.
 */
export function openServiceLog(config: Config, { terminal, clock, host }: ServiceLogSurroundings): OpenLog {
  const write = host?.claimOutput() ?? alwaysTaken((text) => terminal.out(text))
  const { isTerminal, colour } = terminal
  const log = openLog(config.logging, { console: { isTerminal, colour, write }, clock, secrets: secretsOf(config) })
  if (!host || !config.logging.file) return log
  const hooks = new DisposableStack()
  hooks.use(host.onExit(() => log.flush()))
  if (!isTerminal) hooks.use(host.onHangUp(() => log.reopen()))
  return {
    ...log,
    [Symbol.asyncDispose]: async () => {
      hooks.dispose()
      await log[Symbol.asyncDispose]()
    },
  }
}

function alwaysTaken(write: (text: string) => void): (text: string) => boolean {
  return (text) => {
    write(text)
    return true
  }
}
