import { standardOutput, type OutputStream } from './standard-output.ts'

/** What the service needs of its process beside a terminal. */
export interface ServiceHost {
  /**
   * Takes standard output over for log lines: from now on a reader that is gone does not end the process. The returned function answers
   * false for a text that was dropped.
   */
  claimOutput(): (text: string) => boolean
  /** Calls `run` at each SIGHUP, which else ends the process. */
  onHangUp(run: () => void): Disposable
  /** Calls `run` when the process ends by itself, also after an error that nobody caught. Only what is done at once counts. */
  onExit(run: () => void): Disposable
}

/** What of `process` is used. */
interface HostProcess {
  readonly stdout: OutputStream
  on(event: 'SIGHUP' | 'exit', run: () => void): unknown
  off(event: 'SIGHUP' | 'exit', run: () => void): unknown
}

/** The present process as a host; `outputIsClaimed` tells whoever listens to errors of standard output. */
export function serviceHost(process: HostProcess): ServiceHost & { readonly outputIsClaimed: boolean } {
  let outputIsClaimed = false
  const on = (event: 'SIGHUP' | 'exit', run: () => void): Disposable => {
    process.on(event, run)
    return { [Symbol.dispose]: () => void process.off(event, run) }
  }
  return {
    get outputIsClaimed() {
      return outputIsClaimed
    },
    claimOutput() {
      outputIsClaimed = true
      return standardOutput(process.stdout)
    },
    onHangUp: (run) => on('SIGHUP', run),
    onExit: (run) => on('exit', run),
  }
}
