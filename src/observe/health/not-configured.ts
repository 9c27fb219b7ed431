/** What the monitoring guide knows and this installation has not: check -> why there is none. */
const ABSENT: Readonly<Record<string, string>> = {
  flink_environment: 'engine: embedded runs in this process; there is no JobManager, TaskManager or Flink job to watch',
  certificates: 'No connection is encrypted',
}

/** Checks that there are not, and why: what is missing from the list of checks is not forgotten. Pure. */
export function notConfigured(checks: ReadonlyMap<string, unknown>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(ABSENT).filter(([name]) => !checks.has(name)))
}
