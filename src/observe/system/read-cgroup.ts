import { parseCpuMax, parseLimit } from './read-machine.ts'

/** Reads a file; null when there is none. */
export type ReadText = (path: string) => Promise<string | null>

/** What the control group of this process allows and has used; null where it sets no limit. */
export interface Cgroup {
  readonly memoryLimitBytes: number | null
  /** Without the part of the page cache that can be dropped. */
  readonly memoryUsedBytes: number
  readonly cpus: number | null
  readonly cpuSeconds: number
}

const ROOT = '/sys/fs/cgroup'

/** Reads the control group of this process, version 2 or 1; null when it has none that limits it. @see cgroups(7) */
export async function readCgroup(read: ReadText): Promise<Cgroup | null> {
  const own = (await read('/proc/self/cgroup')) ?? ''
  const unified = /^0::(.*)$/m.exec(own)?.[1]
  const found = unified === undefined ? null : await readUnified(read, unified)
  return found ?? (await readVersion1(read, own))
}

/** In a container the path of the host may not exist: there the group is at the root. */
function candidates(directory: string, path: string): readonly string[] {
  return path === '/' ? [directory] : [`${directory}${path}`, directory]
}

async function readUnified(read: ReadText, path: string): Promise<Cgroup | null> {
  for (const directory of candidates(ROOT, path)) {
    const limit = parseLimit(await read(`${directory}/memory.max`))
    const cpus = parseCpuMax(await read(`${directory}/cpu.max`))
    if (limit === null && cpus === null) continue
    const used = Number((await read(`${directory}/memory.current`)) ?? 0)
    const inactive = field(await read(`${directory}/memory.stat`), 'inactive_file')
    const cpuSeconds = field(await read(`${directory}/cpu.stat`), 'usage_usec') / 1e6
    return { memoryLimitBytes: limit, memoryUsedBytes: Math.max(0, used - inactive), cpus, cpuSeconds }
  }
  return null
}

async function readVersion1(read: ReadText, own: string): Promise<Cgroup | null> {
  const pathOf = (controller: string): string =>
    new RegExp(`^\\d+:(?:[^:]*,)?${controller}(?:,[^:]*)?:(.*)$`, 'm').exec(own)?.[1] ?? '/'
  for (const memory of candidates(`${ROOT}/memory`, pathOf('memory'))) {
    const limit = parseLimit(await read(`${memory}/memory.limit_in_bytes`))
    const quota = Number((await read(`${ROOT}/cpu${pathOf('cpu')}/cpu.cfs_quota_us`)) ?? -1)
    const period = Number((await read(`${ROOT}/cpu${pathOf('cpu')}/cpu.cfs_period_us`)) ?? 100_000)
    if (limit === null && quota <= 0) continue
    const used = Number((await read(`${memory}/memory.usage_in_bytes`)) ?? 0)
    const inactive = field(await read(`${memory}/memory.stat`), 'total_inactive_file')
    const cpuSeconds = Number((await read(`${ROOT}/cpuacct${pathOf('cpuacct')}/cpuacct.usage`)) ?? 0) / 1e9
    const cpus = quota > 0 ? quota / period : null
    return { memoryLimitBytes: limit, memoryUsedBytes: Math.max(0, used - inactive), cpus, cpuSeconds }
  }
  return null
}

function field(text: string | null, name: string): number {
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text ?? '')?.[1] ?? 0)
}

/** Memory in use and its bound: of the group when that limits and the machine has more, else of the machine. Pure. */
export function memoryUse(
  cgroup: Cgroup | null,
  meminfo: ReadonlyMap<string, number>,
): { readonly usedBytes: number; readonly limitBytes: number } {
  const total = meminfo.get('MemTotal') ?? Number.NaN
  const limit = cgroup?.memoryLimitBytes ?? null
  if (cgroup !== null && limit !== null && !(limit > total))
    return { usedBytes: cgroup.memoryUsedBytes, limitBytes: limit }
  return { usedBytes: total - (meminfo.get('MemAvailable') ?? Number.NaN), limitBytes: total }
}
