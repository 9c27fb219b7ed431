import { readdirSync, readFileSync } from 'node:fs'
import { cpus } from 'node:os'

/** Ticks per second of the times in /proc: fixed at 100 on Linux. */
const TICKS_PER_SECOND = 100

/** CPU seconds (user and system) that a process has used; 0 when it is gone. */
export function cpuSeconds(pid: number): number {
  const text = read(`/proc/${pid}/stat`)
  // The name in parentheses may hold spaces: fields are counted after it.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) / TICKS_PER_SECOND
}

/** CPU seconds that the threads of a process have used, by their names, to the nanosecond; without threads that have ended. */
export function threadSeconds(pid: number): ReadonlyMap<string, number> {
  const seconds = new Map<string, number>()
  for (const task of tasks(pid)) {
    const name = read(`/proc/${pid}/task/${task}/comm`).trim()
    const [nanoseconds = '0'] = read(`/proc/${pid}/task/${task}/schedstat`).split(' ')
    seconds.set(name, (seconds.get(name) ?? 0) + Number(nanoseconds) / 1e9)
  }
  return seconds
}

function tasks(pid: number): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/task`)
  } catch {
    return []
  }
}

/** Resident memory of a process now and at its highest, in bytes; 0 when it is gone. */
export function memoryBytes(pid: number): { readonly now: number; readonly peak: number } {
  const status = read(`/proc/${pid}/status`)
  const field = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * 1024
  return { now: field('VmRSS'), peak: field('VmHWM') }
}

/** Seconds of CPU that all cores together have been busy since the machine started. */
export function busySeconds(): number {
  const [line = ''] = read('/proc/stat').split('\n', 1)
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = line.split(/\s+/).slice(1).map(Number)
  return (user + nice + system + irq + softirq) / TICKS_PER_SECOND
}

/** CPU time of named processes, and of everything else on the machine, between two moments. */
export interface CpuUse {
  readonly seconds: number
  /** CPU seconds per process. */
  readonly of: Readonly<Record<string, number>>
  /** Cores that processes other than these, and than this one, kept busy. */
  readonly foreignCores: number
}

/** Counts from now on; the returned function tells what was used since. */
export function watchCpu(pids: Readonly<Record<string, number>>): () => CpuUse {
  const names = Object.entries({ ...pids, bench: process.pid })
  const before = names.map(([, pid]) => cpuSeconds(pid))
  const busyBefore = busySeconds()
  const startedAt = performance.now()
  return () => {
    const seconds = (performance.now() - startedAt) / 1000
    const of = Object.fromEntries(names.map(([name, pid], i) => [name, cpuSeconds(pid) - (before[i] ?? 0)]))
    const own = Object.values(of).reduce((sum, used) => sum + used, 0)
    const foreignCores = Math.max(0, Math.min(cpus().length, (busySeconds() - busyBefore - own) / seconds))
    return { seconds, of, foreignCores }
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
