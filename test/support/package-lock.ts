import { readFile, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { z } from 'zod'

// Records throughout: unlike objects they keep the order of the keys, so that a rewritten file differs only where it must.
const entrySchema = z.record(z.string(), z.unknown())
const packagesSchema = z.record(z.string(), entrySchema)
const dependenciesSchema = z.record(z.string(), z.string()).default({})

/** package-lock.json: for each folder of node_modules, what stands in it. */
export interface PackageLock {
  readonly packages: z.infer<typeof packagesSchema>
}

/** An optional dependency that the lock names under its parent but has no entry for. */
export interface MissingEntry {
  readonly parent: string
  readonly name: string
  readonly version: string
}

const LOCK_FILE = resolve(import.meta.dirname, '../../package-lock.json')

/** The lock file of this repository. */
export async function readPackageLock(): Promise<PackageLock> {
  const lock = entrySchema.parse(JSON.parse(await readFile(LOCK_FILE, 'utf8')))
  return { ...lock, packages: packagesSchema.parse(lock['packages']) }
}

/**
 * Finds the optional dependencies without an entry. npm leaves them out when the registry in use does not hold the
 * package of some foreign platform, and then `npm ci` refuses the whole lock file on every platform.
 *
 * @see https://github.com/npm/cli/issues/4828
 */
export function findMissingEntries(lock: PackageLock): readonly MissingEntry[] {
  return Object.entries(lock.packages).flatMap(([parent, entry]) =>
    Object.entries(dependenciesSchema.parse(entry['optionalDependencies']))
      .filter(
        ([name]) => !(`node_modules/${name}` in lock.packages || `${parent}/node_modules/${name}` in lock.packages),
      )
      .map(([name, version]) => ({ parent, name, version })),
  )
}

/**
 * The lock with an entry for each missing one, made from its name (`@x/binding-linux-arm64-musl`). Without integrity,
 * which only the registry that holds the package can tell; npm skips it where the platform is another.
 */
function completeLock(lock: PackageLock): PackageLock {
  const packages = { ...lock.packages }
  for (const { parent, name, version } of findMissingEntries(lock)) {
    const { os, cpu, libc } = platformOf(name)
    packages[`node_modules/${name}`] = {
      version,
      cpu: [cpu],
      ...(lock.packages[parent]?.['dev'] === true ? { dev: true } : {}),
      ...(libc === undefined ? {} : { libc: [libc] }),
      optional: true,
      os: [os],
    }
  }
  const sorted = Object.entries(packages).toSorted(([a], [b]) => a.localeCompare(b, 'en'))
  return { ...lock, packages: Object.fromEntries(sorted) }
}

function platformOf(name: string): { os: string; cpu: string; libc: string | undefined } {
  const found = /(?<os>android|darwin|freebsd|linux|openharmony|win32)-(?<cpu>[a-z0-9]+)(-(?<rest>\w+))?$/.exec(name)
  if (found?.groups === undefined) throw new Error(`Cannot tell the platform from the name ${name}.`)
  const { os = '', cpu = '', rest = '' } = found.groups
  const libc =
    os !== 'linux' ? undefined : rest.startsWith('musl') ? 'musl' : rest.startsWith('gnu') ? 'glibc' : undefined
  return { os, cpu, libc }
}

// `npm run complete-lock`, after an npm install that left entries out.
if (import.meta.main) {
  await writeFile(LOCK_FILE, `${JSON.stringify(completeLock(await readPackageLock()), undefined, 2)}\n`)
}
