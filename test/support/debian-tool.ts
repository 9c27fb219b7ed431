import { execFile } from 'node:child_process'
import { access, constants } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A program of a Debian package; `missing` says why it cannot be had. */
export type DebianTool =
  | { readonly tag: 'found'; readonly path: string }
  | { readonly tag: 'missing'; readonly why: string }

async function inPath(name: string): Promise<string | null> {
  for (const directory of (process.env['PATH'] ?? '').split(delimiter)) {
    const path = join(directory, name)
    const isThere = await access(path, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (isThere) return path
  }
  return null
}

/** Finds a program; installs its Debian package when it is missing and this is root on Debian. */
export async function debianTool(name: string, debianPackage: string): Promise<DebianTool> {
  const found = await inPath(name)
  if (found !== null) return { tag: 'found', path: found }
  if (process.getuid?.() !== 0 || (await inPath('apt-get')) === null) {
    return { tag: 'missing', why: `${name} is not installed: install the Debian package ${debianPackage}` }
  }
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  try {
    await run('apt-get', ['update', '-qq'], { env })
    await run('apt-get', ['install', '-qqy', '--no-install-recommends', debianPackage], { env })
  } catch (error) {
    return { tag: 'missing', why: `${debianPackage} could not be installed: ${String(error).slice(0, 200)}` }
  }
  const installed = await inPath(name)
  return installed === null
    ? { tag: 'missing', why: `${debianPackage} has no ${name}` }
    : { tag: 'found', path: installed }
}
