import type { TokenCursor } from './token-cursor.ts'

/** Reads `[LIKE 'pattern']` of a SHOW: `%` and `_` are wild, a backslash makes them plain, case does not matter. */
export function likeFilter(cursor: TokenCursor): (name: string) => boolean {
  if (!cursor.accept('LIKE')) return () => true
  const expression = cursor.string().replaceAll(/\\?[^]/g, (part) => {
    if (part === '%') return '.*'
    if (part === '_') return '.'
    return part.slice(-1).replace(/[.*+?^${}()|[\]\\]/, String.raw`\$&`)
  })
  const compiled = new RegExp(`^${expression}$`, 'is')
  return (name) => compiled.test(name)
}
