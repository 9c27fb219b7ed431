import { lsnNumber } from './lsn.ts'
import type { PreparedRun } from './prepared-pipeline.ts'
import { type CpuUse, memoryBytes, threadSeconds, watchCpu } from './process-usage.ts'
import type { LogLine } from './service.ts'
import type { BenchDatabase } from './source.ts'
import { WARM_UP_MS } from './steady.ts'

/** How fast a run went. */
export interface StreamRate {
  readonly rows: number
  readonly seconds: number
  readonly rowsPerSecond: number
  readonly batches: number
  readonly cpu: CpuUse
  /** CPU seconds of the service's threads by name. */
  readonly threads: Readonly<Record<string, number>>
  readonly peakMemoryBytes: number
}

const isBatch = ({ message }: LogLine): boolean => message === 'Batch committed'

const rowsOf = (lines: readonly LogLine[]): number =>
  lines.reduce((sum, { fields }) => sum + Number(fields['batch_size']), 0)

/**
 * Waits until a run's target has everything up to `endLsn` and reckons the rate: between the first batch after the warm-up and the
 * first one that reaches the end, or, with `whole`, from the moment at which the service begins to read.
 * @param to.warmUpMs what is not counted after the beginning
 */
export async function measureStream(
  run: PreparedRun,
  database: BenchDatabase,
  to: { readonly endLsn: string; readonly whole: boolean; readonly warmUpMs?: number | undefined },
): Promise<StreamRate> {
  const { service, target } = run
  const tookOver = await service.line(({ message }) => message === 'Took over')
  const isFirst = (line: LogLine): boolean => isBatch(line) && line.atMs > tookOver.atMs + (to.warmUpMs ?? WARM_UP_MS)
  const first = to.whole ? tookOver : await service.line(isFirst)
  const pids = { service: service.pid, target: target.pid, walsender: await database.walsender(run.slot) }
  const usage = watchCpu(pids)
  const before = threadSeconds(service.pid)
  const end = lsnNumber(to.endLsn)
  const last = await service.line((line) => isBatch(line) && lsnNumber(String(line.fields['end_lsn'])) >= end, 900_000)
  const cpu = usage()
  const used = [...threadSeconds(service.pid)].map(([name, s]) => [name, s - (before.get(name) ?? 0)] as const)
  const between = service.lines.filter((line) => isBatch(line) && line.atMs > first.atMs && line.atMs <= last.atMs)
  await requireCheckpoint(run, String(last.fields['end_lsn']))
  const rows = rowsOf(between)
  const seconds = (last.atMs - first.atMs) / 1000
  return {
    rows,
    seconds,
    rowsPerSecond: rows / seconds,
    batches: between.length,
    cpu,
    threads: Object.fromEntries(used),
    peakMemoryBytes: memoryBytes(service.pid).peak,
  }
}

/** What the log says is believed only when the target says so too. */
async function requireCheckpoint(run: PreparedRun, endLsn: string): Promise<void> {
  const [row] = await run.target.query('select end_lsn from bench._sync_checkpoint')
  if (lsnNumber(String(row?.['end_lsn'])) >= lsnNumber(endLsn)) return
  throw new Error(`the target is at ${String(row?.['end_lsn'])}, the log says ${endLsn}`)
}
