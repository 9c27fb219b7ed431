import { spawn, type ChildProcess } from 'node:child_process'
import type { ProcessOwner } from './unprivileged-user.ts'

/** Guards one child process until it is released. */
export interface OrphanGuard {
  /** Call when the guarded process has ended by our own will: its number may belong to another process soon. */
  release(): void
}

/**
 * Ends the process `pid` by SIGQUIT and removes `folder` when this process dies without doing so itself, even by
 * SIGKILL.
 *
 * A shell waits on a pipe that only this process holds open: the end of the pipe is the end of this process. It has a
 * session of its own, so that Ctrl-C on a terminal does not reach it.
 */
export function guardAgainstOrphan(pid: number, folder: string, owner: ProcessOwner | undefined): OrphanGuard {
  const script =
    'read -r answer && exit; kill -QUIT "$1"; while kill -0 "$1" 2>/dev/null; do sleep 0.1; done; rm -rf -- "$2"'
  const guard: ChildProcess = spawn('/bin/sh', ['-c', script, 'orphan-guard', String(pid), folder], {
    ...owner,
    cwd: '/',
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  // A guard that is gone protects from nothing, but nothing else depends on it.
  guard.on('error', () => undefined)
  guard.stdin?.on('error', () => undefined)
  guard.unref()
  return { release: () => guard.stdin?.end('released\n') }
}
