import { spawn, type ChildProcess } from 'node:child_process'
import type { ProcessOwner } from './unprivileged-user.ts'

/** Guards one child process until it is released. */
export interface OrphanGuard {
  /** Call when the guarded process has ended by our own will: its number may belong to another process soon. */
  release(): void
}

/** $1: process, $2: folder. Waits 10 s at most: in a container without an init nobody collects an ended process. */
const WAIT_THEN_END = `
  read -r answer && exit
  kill -QUIT "$1"
  tries=0
  while kill -0 "$1" && [ $tries -lt 100 ]; do
    sleep 0.1
    tries=$((tries + 1))
  done
  kill -KILL "$1"
  rm -rf -- "$2"`

/**
 * Ends the process `pid` by SIGQUIT and removes `folder` when this process dies without doing so itself, even by
 * SIGKILL.
 *
 * A shell waits on a pipe that only this process holds open: the end of the pipe is the end of this process. It has a
 * session of its own, so that Ctrl-C on a terminal does not reach it.
 */
export function guardAgainstOrphan(pid: number, folder: string, owner: ProcessOwner | undefined): OrphanGuard {
  const guard: ChildProcess = spawn('/bin/sh', ['-c', WAIT_THEN_END, 'orphan-guard', String(pid), folder], {
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
