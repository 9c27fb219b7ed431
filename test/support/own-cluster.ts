import { startPostgres, type EmbeddedPostgres } from '../../src/app/demo/embedded-postgres.ts'

/** Starts a PostgreSQL for one test alone: for settings that the run's shared cluster must not have. */
export async function startOwnCluster(settings: Readonly<Record<string, string>> = {}): Promise<EmbeddedPostgres> {
  return await startPostgres({ settings })
}
