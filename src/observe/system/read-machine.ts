/** CPU time by mode, seconds, of one CPU. */
export interface CpuTimes {
  readonly cpu: string
  readonly modes: Readonly<Record<string, number>>
}

const MODES = ['user', 'nice', 'system', 'idle', 'iowait', 'irq', 'softirq', 'steal'] as const
/** What /proc/stat counts in; USER_HZ is 100 on every architecture that Node runs on. */
const TICKS_PER_SECOND = 100

/** Reads `/proc/stat`. Pure. @see proc_stat(5) */
export function parseCpuTimes(text: string): readonly CpuTimes[] {
  return text.split('\n').flatMap((line) => {
    const match = /^cpu(\d+) (.*)$/.exec(line)
    if (!match) return []
    const [, cpu = '', rest = ''] = match
    const ticks = rest.trim().split(/\s+/).map(Number)
    return [{ cpu, modes: Object.fromEntries(MODES.map((mode, i) => [mode, (ticks[i] ?? 0) / TICKS_PER_SECOND])) }]
  })
}

/** Reads `/proc/meminfo`: field -> bytes. Pure. */
export function parseMemory(text: string): ReadonlyMap<string, number> {
  const fields = new Map<string, number>()
  for (const [, name = '', kilobytes = '0'] of text.matchAll(/^(\w+):\s+(\d+) kB$/gm))
    fields.set(name, Number(kilobytes) * 1024)
  return fields
}

/** A mounted file system. */
export interface Mount {
  readonly device: string
  readonly mountpoint: string
  readonly fstype: string
}

/** Reads `/proc/self/mounts`: file systems on devices, and the root whatever it is on; each device once. Pure. @see fstab(5) */
export function parseMounts(text: string): readonly Mount[] {
  const seen = new Set<string>()
  return text.split('\n').flatMap((line) => {
    const [device = '', mountpoint = '', fstype = ''] = line.split(' ').map(unescapeOctal)
    const wanted = (device.startsWith('/dev/') && !device.startsWith('/dev/loop')) || mountpoint === '/'
    if (!wanted || seen.has(device)) return []
    seen.add(device)
    return [{ device, mountpoint, fstype }]
  })
}

function unescapeOctal(text: string): string {
  return text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCodePoint(Number.parseInt(digits, 8)))
}

/** Whether something listens on a TCP port, by `/proc/net/tcp` or `/proc/net/tcp6`. Pure. @see proc_net_tcp(5): state 0A is LISTEN */
export function listensOn(port: number, text: string): boolean {
  const hex = port.toString(16).toUpperCase().padStart(4, '0')
  return new RegExp(`^\\s*\\d+: [0-9A-F]+:${hex} [0-9A-F]+:0000 0A `, 'm').test(text)
}

/** Bytes of a cgroup limit; null when there is none. Pure. */
export function parseLimit(text: string | null): number | null {
  const value = text === null ? Number.NaN : Number(text.trim())
  // Version 1 says "no limit" by a number near 2^63.
  return Number.isFinite(value) && value > 0 && value < 2 ** 60 ? value : null
}

/** CPUs that `cpu.max` allows; null when it does not limit. Pure. */
export function parseCpuMax(text: string | null): number | null {
  const [quota = 'max', period = '100000'] = (text ?? 'max').trim().split(/\s+/)
  return quota === 'max' ? null : Number(quota) / Number(period)
}
