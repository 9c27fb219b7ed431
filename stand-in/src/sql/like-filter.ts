/** A pattern of LIKE: `%` and `_` are wild, a backslash makes them plain, case does not matter. */
export function likePattern(pattern: string): (name: string) => boolean {
  const expression = pattern.replaceAll(/\\?[^]/g, (part) => {
    if (part === '%') return '.*'
    if (part === '_') return '.'
    return part.slice(-1).replace(/[.*+?^${}()|[\]\\]/, String.raw`\$&`)
  })
  const compiled = new RegExp(`^${expression}$`, 'is')
  return (name) => compiled.test(name)
}
