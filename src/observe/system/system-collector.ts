import type { MetricRegistry } from '../metrics/metric-registry.ts'
import { type Cgroup, memoryUse, readCgroup, type ReadText } from './read-cgroup.ts'
import { type CpuTimes, listensOn, type Mount, parseCpuTimes, parseMemory, parseMounts } from './read-machine.ts'

/** Space of a file system, bytes. */
export interface Space {
  readonly size: number
  readonly free: number
  readonly available: number
}

/** What the collector reads; of this process it reads directly. */
export interface SystemSources {
  readonly read: ReadText
  /** Space of the file system that holds a path; null when it cannot be told. */
  readonly space: (path: string) => Promise<Space | null>
  /** CPU seconds of this process. */
  readonly cpu: () => { readonly user: number; readonly system: number }
  readonly residentBytes: () => number
  readonly nowSeconds: () => number
}

/** What is measured. */
export interface SystemCollectorOptions {
  readonly systemMetrics: 'auto' | 'on' | 'off'
  readonly directories: readonly string[]
}

/** A node exporter's own port: where it listens, the machine is measured already. */
const NODE_EXPORTER_PORT = 9100

/** Measures process, control group, machine and disks. Where there is no `/proc`, only the process and the disks. */
export class SystemCollector {
  readonly #registry: MetricRegistry
  readonly #sources: SystemSources
  readonly #options: SystemCollectorOptions
  #before: { readonly busy: number; readonly atSeconds: number; readonly capacity: number } | null = null

  constructor(registry: MetricRegistry, sources: SystemSources, options: SystemCollectorOptions) {
    this.#registry = registry
    this.#sources = sources
    this.#options = options
  }

  /** Measures once. */
  async collect(): Promise<void> {
    const { read } = this.#sources
    const [stat, meminfo, cgroup] = await Promise.all([read('/proc/stat'), read('/proc/meminfo'), readCgroup(read)])
    const cpus = parseCpuTimes(stat ?? '')
    const memory = parseMemory(meminfo ?? '')
    this.#process(cgroup, memory)
    this.#cpuShare(cgroup, cpus)
    await this.#disks()
    if (stat !== null && (await this.#measuresMachine())) await this.#machine(cpus, memory)
  }

  #process(cgroup: Cgroup | null, meminfo: ReadonlyMap<string, number>): void {
    const { user, system } = this.#sources.cpu()
    this.#registry.counter('sync_process_cpu_seconds_total', ['user']).follow(user)
    this.#registry.counter('sync_process_cpu_seconds_total', ['system']).follow(system)
    this.#registry.gauge('sync_process_memory_bytes', ['resident']).set(this.#sources.residentBytes())
    const { usedBytes, limitBytes } = memoryUse(cgroup, meminfo)
    this.#registry.gauge('sync_process_memory_bytes', ['limit']).set(limitBytes)
    this.#registry.gauge('sync_process_memory_used_ratio', []).set(usedBytes / limitBytes)
  }

  #cpuShare(cgroup: Cgroup | null, cpus: readonly CpuTimes[]): void {
    const quota = cgroup?.cpus ?? null
    const busy =
      quota !== null && cgroup !== null ? cgroup.cpuSeconds : cpus.reduce((sum, { modes }) => sum + busyOf(modes), 0)
    const now = { busy, atSeconds: this.#sources.nowSeconds(), capacity: quota ?? cpus.length }
    const before = this.#before
    this.#before = now
    if (before === null || now.capacity === 0 || now.capacity !== before.capacity) return
    const available = (now.atSeconds - before.atSeconds) * now.capacity
    this.#registry.gauge('sync_cpu_used_ratio', []).set(Math.min(1, Math.max(0, (now.busy - before.busy) / available)))
  }

  async #disks(): Promise<void> {
    for (const directory of this.#options.directories) {
      const space = await this.#sources.space(directory)
      if (space) this.#registry.gauge('sync_disk_used_ratio', [directory]).set(usedRatio(space))
    }
  }

  async #measuresMachine(): Promise<boolean> {
    const { systemMetrics } = this.#options
    if (systemMetrics !== 'auto') return systemMetrics === 'on'
    const tables = await Promise.all(['/proc/net/tcp', '/proc/net/tcp6'].map((path) => this.#sources.read(path)))
    return !tables.some((text) => text !== null && listensOn(NODE_EXPORTER_PORT, text))
  }

  async #machine(cpus: readonly CpuTimes[], memory: ReadonlyMap<string, number>): Promise<void> {
    for (const { cpu, modes } of cpus)
      for (const [mode, seconds] of Object.entries(modes))
        this.#registry.counter('node_cpu_seconds_total', [cpu, mode]).follow(seconds)
    this.#registry.gauge('node_memory_MemTotal_bytes', []).set(memory.get('MemTotal') ?? Number.NaN)
    this.#registry.gauge('node_memory_MemAvailable_bytes', []).set(memory.get('MemAvailable') ?? Number.NaN)
    this.#registry.gauge('node_memory_MemFree_bytes', []).set(memory.get('MemFree') ?? Number.NaN)
    const load = Number((await this.#sources.read('/proc/loadavg'))?.split(' ')[0] ?? Number.NaN)
    this.#registry.gauge('node_load1', []).set(load)
    const mounts = parseMounts((await this.#sources.read('/proc/self/mounts')) ?? '')
    for (const mount of mounts) await this.#fileSystem(mount)
  }

  async #fileSystem({ device, fstype, mountpoint }: Mount): Promise<void> {
    const space = await this.#sources.space(mountpoint)
    if (space === null) return
    const labels = [device, fstype, mountpoint] as const
    this.#registry.gauge('node_filesystem_size_bytes', labels).set(space.size)
    this.#registry.gauge('node_filesystem_free_bytes', labels).set(space.free)
    this.#registry.gauge('node_filesystem_avail_bytes', labels).set(space.available)
  }
}

function busyOf(modes: CpuTimes['modes']): number {
  return Object.entries(modes).reduce((sum, [mode, s]) => (mode === 'idle' || mode === 'iowait' ? sum : sum + s), 0)
}

/** Used share as `df` shows it: of what is not reserved for root. Pure. */
export function usedRatio({ size, free, available }: Space): number {
  const used = size - free
  return used + available === 0 ? 1 : used / (used + available)
}
