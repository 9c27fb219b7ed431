import { describe, expect, test } from 'vitest'
import { FakeClock } from '../../../test/support/fake-clock.ts'
import { MetricRegistry } from '../metrics/metric-registry.ts'
import { SeriesTable } from '../metrics/series-table.ts'
import { only, valuesBy } from '../metrics/series-values.ts'
import { loopBeat } from './loop-beat.ts'
import { LoopWatch } from './loop-watch.ts'
import { memoryUse, readCgroup } from './read-cgroup.ts'
import { listensOn, parseMemory, parseMounts } from './read-machine.ts'
import { SystemCollector, usedRatio } from './system-collector.ts'

const MACHINE = {
  '/proc/stat': 'cpu  300 0 100 600 0 0 0 0\ncpu0 150 0 50 300 10 0 0 0 0 0\ncpu1 150 0 50 300 0 0 0 0 0 0\nintr 1\n',
  '/proc/meminfo': 'MemTotal:        8388608 kB\nMemFree:         2097152 kB\nMemAvailable:    4194304 kB\n',
  '/proc/loadavg': '0.50 0.40 0.30 1/100 999\n',
  '/proc/self/mounts':
    '/dev/sda1 / ext4 rw 0 0\nproc /proc proc rw 0 0\n/dev/sdb1 /var/my\\040data xfs rw 0 0\n/dev/sda1 /again ext4 rw 0 0\n',
  '/proc/net/tcp': '  sl  local_address rem_address   st\n   0: 0100007F:82A9 00000000:0000 0A 0\n',
}

const reader = (files: Readonly<Record<string, string>>) => async (path: string) => files[path] ?? null

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

describe('the machine', () => {
  function collector(files: Readonly<Record<string, string>>, systemMetrics: 'auto' | 'on' | 'off' = 'auto') {
    const table = new SeriesTable({ now: () => 0 })
    const registry = new MetricRegistry({ announce: table.feed(), maxSeries: 10_000 })
    const sources = {
      read: reader(files),
      space: async () => ({ size: 1000, free: 300, available: 200 }),
      cpu: () => ({ user: 5, system: 1 }),
      residentBytes: () => 123,
      nowSeconds: () => 0,
    }
    return { table, system: new SystemCollector(registry, sources, { systemMetrics, directories: ['/var/spool'] }) }
  }

  test('rows 26-28: CPU, memory and file systems under the names of a node exporter', async () => {
    const { table, system } = collector(MACHINE)
    await system.collect()
    await settle()
    expect(valuesBy(table, 'node_cpu_seconds_total', 'mode').get('idle')).toBe(6)
    expect(only(table, 'node_memory_MemTotal_bytes')).toBe(8_589_934_592)
    expect(only(table, 'node_memory_MemAvailable_bytes')).toBe(4_294_967_296)
    expect([...valuesBy(table, 'node_filesystem_size_bytes', 'device').keys()]).toEqual(['/dev/sda1', '/dev/sdb1'])
    expect(valuesBy(table, 'node_filesystem_avail_bytes', 'mountpoint').get('/var/my data')).toBe(200)
    expect(only(table, 'sync_disk_used_ratio')).toBeCloseTo(700 / 900)
    expect(only(table, 'sync_process_memory_used_ratio')).toBe(0.5)
  })

  test('where a node exporter listens the machine is not measured twice', async () => {
    const tcp = MACHINE['/proc/net/tcp'] + '   1: 00000000:238C 00000000:0000 0A 0\n'
    const { table, system } = collector({ ...MACHINE, '/proc/net/tcp': tcp })
    await system.collect()
    await settle()
    expect(table.families()).not.toContain('node_load1')
    expect(table.families()).toContain('sync_process_cpu_seconds_total')
    expect(listensOn(9100, tcp.replaceAll('00000000:0000 0A', '0100007F:1234 01'))).toBe(false)
  })

  test('row 35: off is off, and a system without /proc has the process and the disks', async () => {
    const off = collector(MACHINE, 'off')
    const other = collector({}, 'on')
    await Promise.all([off.system.collect(), other.system.collect()])
    await settle()
    expect(off.table.families()).not.toContain('node_load1')
    expect(other.table.families()).toEqual(
      expect.arrayContaining(['sync_disk_used_ratio', 'sync_process_memory_bytes']),
    )
  })

  test('an escaped mount point is read', () => {
    expect(parseMounts(MACHINE['/proc/self/mounts']).map(({ mountpoint }) => mountpoint)).toEqual(['/', '/var/my data'])
  })

  test('the used share is what df shows', () => {
    expect(usedRatio({ size: 1000, free: 100, available: 50 })).toBeCloseTo(900 / 950)
    expect(usedRatio({ size: 0, free: 0, available: 0 })).toBe(1)
  })
})

describe('the control group', () => {
  test('version 2: its own limit, without the page cache that can be dropped', async () => {
    const cgroup = await readCgroup(
      reader({
        '/proc/self/cgroup': '0::/app.slice\n',
        '/sys/fs/cgroup/app.slice/memory.max': '1000\n',
        '/sys/fs/cgroup/app.slice/memory.current': '900\n',
        '/sys/fs/cgroup/app.slice/memory.stat': 'anon 1\ninactive_file 400\n',
        '/sys/fs/cgroup/app.slice/cpu.max': '150000 100000\n',
        '/sys/fs/cgroup/app.slice/cpu.stat': 'usage_usec 2500000\n',
      }),
    )
    expect(cgroup).toEqual({ memoryLimitBytes: 1000, memoryUsedBytes: 500, cpus: 1.5, cpuSeconds: 2.5 })
    expect(memoryUse(cgroup, parseMemory(MACHINE['/proc/meminfo']))).toEqual({ usedBytes: 500, limitBytes: 1000 })
  })

  test('version 1, as seen from within a container', async () => {
    const cgroup = await readCgroup(
      reader({
        '/proc/self/cgroup': '5:memory:/docker/abc\n4:cpu,cpuacct:/\n',
        '/sys/fs/cgroup/memory/memory.limit_in_bytes': '1000\n',
        '/sys/fs/cgroup/memory/memory.usage_in_bytes': '900\n',
        '/sys/fs/cgroup/memory/memory.stat': 'total_inactive_file 100\n',
        '/sys/fs/cgroup/cpu/cpu.cfs_quota_us': '-1\n',
      }),
    )
    expect(cgroup).toMatchObject({ memoryLimitBytes: 1000, memoryUsedBytes: 800, cpus: null })
  })

  test.each(['max\n', '9223372036854771712\n'])('a limit of %j is none: the machine counts', async (max) => {
    const files = { '/proc/self/cgroup': '0::/\n', '/sys/fs/cgroup/memory.max': max }
    const cgroup = await readCgroup(reader(files))
    expect(cgroup).toBeNull()
    expect(memoryUse(cgroup, parseMemory(MACHINE['/proc/meminfo']))).toEqual({
      usedBytes: 4_294_967_296,
      limitBytes: 8_589_934_592,
    })
  })
})

describe('the watch over the sync loop', () => {
  test('a loop that beats is not silent; one that does not is, for as long as it does not', async () => {
    const clock = new FakeClock()
    const beat = new SharedArrayBuffer(4)
    const registry = new MetricRegistry({ announce: () => undefined, maxSeries: 1000 })
    const watch = new LoopWatch(beat, clock)
    const beating = loopBeat(beat, registry, clock)
    for (let look = 0; look < 20; look++) {
      await clock.advance(100)
      expect(watch.silentMs()).toBeLessThanOrEqual(100)
    }
    beating[Symbol.dispose]()
    for (let look = 0; look < 20; look++) {
      await clock.advance(100)
      watch.look()
    }
    expect(watch.silentMs()).toBe(2000)
    expect(clock.pendingTimers).toBe(0)
  })

  test('a process that was stopped as a whole is not taken for a loop that hangs', async () => {
    const clock = new FakeClock()
    const watch = new LoopWatch(new SharedArrayBuffer(4), clock)
    await clock.advance(3_600_000)
    expect(watch.silentMs()).toBeLessThan(1000)
  })
})
