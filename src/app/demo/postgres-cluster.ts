import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { appendFile, chmod, chown, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { PostgresBinaries } from './postgres-binaries.ts'
import type { ProcessOwner } from './unprivileged-user.ts'

/** The superuser of every cluster made here. */
export const SUPERUSER = 'postgres'

const PASSWORD_FILE = 'superuser.password'
const SETTINGS_FILE = 'embedded.conf'

/** What the PostgreSQL programs see of the environment: nothing that could redirect them, and messages in English. */
export const SERVER_ENVIRONMENT = { PATH: process.env['PATH'] ?? '/usr/bin:/bin', LC_ALL: 'C' }

/**
 * Makes `dataDir` a cluster owned by `owner` (UTF8, locale C, SCRAM passwords, checksums as the version has them), or
 * leaves the one that is there, and returns its superuser's password: random, kept inside the folder for the next start.
 *
 * @throws {Error} with initdb's own words when it fails, for instance because `owner` cannot enter the folder.
 */
export async function createCluster(
  binaries: PostgresBinaries,
  dataDir: string,
  owner: ProcessOwner | undefined,
): Promise<string> {
  const passwordFile = join(dataDir, PASSWORD_FILE)
  const isCluster = await stat(join(dataDir, 'PG_VERSION')).catch(() => undefined)
  if (isCluster !== undefined) return (await readFile(passwordFile, 'utf8')).trim()

  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  await chmod(dataDir, 0o700)
  await giveTo(owner, dataDir)
  const password = randomBytes(18).toString('base64url')
  // initdb wants an empty folder, so the file stands beside it for the moment.
  const passwordForInitdb = `${dataDir}.password`
  try {
    await writeOwned(passwordForInitdb, `${password}\n`, owner)
    await runInitdb(binaries, dataDir, passwordForInitdb, owner)
  } finally {
    await rm(passwordForInitdb, { force: true })
  }
  await writeOwned(passwordFile, `${password}\n`, owner)
  await appendFile(join(dataDir, 'postgresql.conf'), `\ninclude = '${SETTINGS_FILE}'\n`)
  return password
}

/**
 * Writes the settings of the next start. They stand in a file and not on the command line, so that ALTER SYSTEM wins.
 */
export async function writeSettings(
  dataDir: string,
  settings: Readonly<Record<string, string>>,
  owner: ProcessOwner | undefined,
): Promise<void> {
  const lines = Object.entries(settings).map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'\n`)
  await writeOwned(join(dataDir, SETTINGS_FILE), lines.join(''), owner)
}

/** Gives a file or folder to `owner`; does nothing when the server runs as this process's own user. */
export async function giveTo(owner: ProcessOwner | undefined, path: string): Promise<void> {
  if (owner !== undefined) await chown(path, owner.uid, owner.gid)
}

async function writeOwned(path: string, text: string, owner: ProcessOwner | undefined): Promise<void> {
  await writeFile(path, text, { mode: 0o600 })
  await giveTo(owner, path)
}

async function runInitdb(
  binaries: PostgresBinaries,
  dataDir: string,
  passwordFile: string,
  owner: ProcessOwner | undefined,
): Promise<void> {
  const options = [
    `--pgdata=${dataDir}`,
    `--username=${SUPERUSER}`,
    `--pwfile=${passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--no-sync',
    '--no-instructions',
  ]
  try {
    await promisify(execFile)(binaries.initdb, options, { ...owner, cwd: '/', env: SERVER_ENVIRONMENT })
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(`initdb could not make a cluster in ${dataDir}: ${reason}`, { cause: error })
  }
}
