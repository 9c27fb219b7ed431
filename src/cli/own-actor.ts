import { userInfo } from 'node:os'

/** The name of the user whom this process runs as; `uid-1000` where the machine has no name for it, as in many containers. */
export function userName(): string {
  try {
    return userInfo().username
  } catch {
    return `uid-${process.getuid?.() ?? 'unknown'}`
  }
}

/** Whoever types a command, as logs name them: `cli:anna`. */
export function ownActor(): string {
  return `cli:${userName()}`
}
