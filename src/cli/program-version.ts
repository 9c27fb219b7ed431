import { readFileSync } from 'node:fs'

/** The version in `package.json`. */
export function programVersion(): string {
  const manifest = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return /"version":\s*"([^"]+)"/.exec(manifest)?.[1] ?? 'unknown'
}
