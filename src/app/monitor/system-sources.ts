import { readFileSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import type { Clock } from '../../core/clock.ts'
import type { SystemSources } from '../../observe/system/system-collector.ts'

/** The machine that this process runs on. */
export function systemSources(clock: Clock): SystemSources {
  return {
    read: async (path) => {
      try {
        // What the kernel shows lies in memory: a detour by other threads would cost ten times as much as the reading.
        return readFileSync(path, 'utf8')
      } catch {
        // Not on this system, or not for us: what cannot be read is not shown.
        return null
      }
    },
    space: async (path) => {
      try {
        const { bsize, blocks, bfree, bavail } = await statfs(path)
        return { size: blocks * bsize, free: bfree * bsize, available: bavail * bsize }
      } catch {
        return null
      }
    },
    cpu: () => {
      const { user, system } = process.cpuUsage()
      return { user: user / 1e6, system: system / 1e6 }
    },
    residentBytes: () => process.memoryUsage.rss(),
    nowSeconds: () => clock.monotonicMs() / 1000,
  }
}
