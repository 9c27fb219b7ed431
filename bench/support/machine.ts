import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { cpus, loadavg, release, totalmem } from 'node:os'

/** What the figures were measured on. */
export interface Machine {
  readonly cpu: string
  readonly cores: number
  readonly memoryGib: number
  readonly kernel: string
  readonly node: string
  readonly postgres: string
  readonly pgRecvlogical: string | null
  readonly psql: string | null
  readonly commit: string
  readonly date: string
  readonly loadAverage: readonly number[]
}

/** Describes the machine and the versions. */
export function describeMachine(postgres: string): Machine {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryGib: Math.round(totalmem() / 1024 ** 3),
    kernel: `${readFileSync('/proc/sys/kernel/ostype', 'utf8').trim()} ${release()}`,
    node: process.version,
    postgres,
    pgRecvlogical: programVersion('pg_recvlogical'),
    psql: programVersion('psql'),
    commit: output('git', ['rev-parse', '--short', 'HEAD']) ?? 'unknown',
    date: new Date().toISOString(),
    loadAverage: loadavg(),
  }
}

/** What a program says of its version; null when it is not installed. */
export function programVersion(program: string): string | null {
  return output(program, ['--version'])
}

function output(program: string, args: readonly string[]): string | null {
  try {
    return execFileSync(program, [...args], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim()
  } catch {
    return null
  }
}
