import { readFile, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname } from 'node:path'

/** The identity under which a child process is started. */
export interface ProcessOwner {
  readonly uid: number
  readonly gid: number
}

/**
 * The owner under which PostgreSQL may run: PostgreSQL refuses root, so a process of root takes `nobody`, or else the
 * first user of `/etc/passwd` that is not root. `undefined` when this process is not root: it then runs as itself.
 *
 * initdb looks its uid up by name, so only users that exist come into question; none is created.
 *
 * @throws {Error} when this process is root and there is no other user.
 */
export async function findUnprivilegedUser(): Promise<ProcessOwner | undefined> {
  if (process.getuid?.() !== 0) return undefined
  const owner = chooseUnprivilegedUser(await readFile('/etc/passwd', 'utf8'))
  if (owner === undefined) {
    throw new Error('PostgreSQL refuses to run as root, and /etc/passwd names no other user to run it under.')
  }
  return owner
}

/** Picks the owner for PostgreSQL from the text of a passwd file. Pure. */
export function chooseUnprivilegedUser(passwd: string): ProcessOwner | undefined {
  const users = passwd.split('\n').flatMap((line) => {
    const [name, , uid, gid] = line.split(':')
    const owner = { uid: Number(uid), gid: Number(gid) }
    return name && owner.uid > 0 && owner.gid >= 0 ? [{ name, owner }] : []
  })
  return (users.find((user) => user.name === 'nobody') ?? users[0])?.owner
}

/**
 * A folder for temporary files that `owner` can enter: the system's, unless a user like `nobody` is kept out of it
 * (TMPDIR below a home folder), then `/tmp` or `/var/tmp`.
 *
 * @throws {Error} when none of them can be entered.
 */
export async function findTemporaryFolder(owner: ProcessOwner | undefined): Promise<string> {
  if (owner === undefined) return tmpdir()
  for (const folder of [tmpdir(), '/tmp', '/var/tmp']) {
    if (await everyoneCanEnter(folder)) return folder
  }
  throw new Error(
    `User ${owner.uid} can enter neither ${tmpdir()} nor /tmp nor /var/tmp: set TMPDIR to a folder it can.`,
  )
}

async function everyoneCanEnter(folder: string): Promise<boolean> {
  const mode = await stat(folder).then(
    (found) => found.mode,
    () => 0,
  )
  if ((mode & 0o001) === 0) return false
  const parent = dirname(folder)
  return parent === folder || everyoneCanEnter(parent)
}
