import type { TestProject } from 'vitest/node'
import { startPostgres, type EmbeddedPostgres } from '../../src/app/demo/embedded-postgres.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Superuser's connection to the cluster that all tests of a run share. `openDatabase` gives each test its own database there. */
    postgresUrl: string
  }
}

declare global {
  /** The projects `pg` and `e2e` load this file separately; only what hangs on the process is seen by both. */
  var sharedTestPostgres: { readonly server: Promise<EmbeddedPostgres>; users: number } | undefined
}

/**
 * Gives the tests of a project the url of one PostgreSQL that the whole run shares: the first project starts it, the
 * last one stops it. PG_VERSION of the environment chooses the version.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const shared = (globalThis.sharedTestPostgres ??= { server: startPostgres(), users: 0 })
  shared.users += 1
  project.provide('postgresUrl', (await shared.server).url)
  return async () => {
    shared.users -= 1
    if (shared.users > 0) return
    globalThis.sharedTestPostgres = undefined
    await (await shared.server).stop()
  }
}
