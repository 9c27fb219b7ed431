import type { ServerFeatures } from '../compiled-table.ts'

/** The oldest release whose behaviour the sink knows. */
export const OLDEST_VERSION = { major: 3, minor: 1 }

/**
 * Reads what `current_version()` says, such as `3.3.5-6d81f75`, `4.0.2` or `main-1a2b3c4`; a build without a number counts as
 * newer than every release.
 * @see reference/starrocks.md 2.1, 4 and 6
 */
export function serverFeatures(version: string): ServerFeatures {
  const { major, minor } = versionNumbers(version)
  const atLeast = (wantedMajor: number, wantedMinor: number): boolean =>
    major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)
  return {
    version,
    multiTableTransactions: atLeast(4, 0),
    maxDecimalPrecision: atLeast(4, 0) ? 76 : 38,
    maxVarcharBytes: atLeast(4, 2) ? 2_147_482_624 : 1_048_576,
  }
}

/** Whether the sink knows this release. */
export function isSupportedVersion(version: string): boolean {
  const { major, minor } = versionNumbers(version)
  return major > OLDEST_VERSION.major || (major === OLDEST_VERSION.major && minor >= OLDEST_VERSION.minor)
}

function versionNumbers(version: string): { readonly major: number; readonly minor: number } {
  const match = /^\s*v?(\d+)\.(\d+)/.exec(version)
  if (match === null) return { major: Number.POSITIVE_INFINITY, minor: 0 }
  return { major: Number(match[1]), minor: Number(match[2]) }
}
