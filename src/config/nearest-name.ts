const normalized = (name: string): string =>
  name
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .replaceAll('-', '_')
    .toLowerCase()

/** Edits (insert, delete, replace, swap of neighbours) that turn one text into the other. */
export function editDistance(a: string, b: string): number {
  const rows = [Array.from({ length: b.length + 1 }, (_, column) => column)]
  const at = (row: number, column: number): number => rows[row]?.[column] ?? Number.POSITIVE_INFINITY
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    rows.push(current)
    for (let column = 1; column <= b.length; column++) {
      const replaced = at(row - 1, column - 1) + (a[row - 1] === b[column - 1] ? 0 : 1)
      const swaps = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      const swapped = swaps ? at(row - 2, column - 2) + 1 : replaced
      current.push(Math.min(at(row - 1, column) + 1, at(row, column - 1) + 1, replaced, swapped))
    }
  }
  return at(a.length, b.length)
}

/** The known name that was probably meant, or undefined when none is near. Case, `-` and camelCase do not count. */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  const wanted = normalized(name)
  const all = [...known]
  const longer = wanted.length < 3 ? [] : all.filter((candidate) => normalized(candidate).startsWith(wanted))
  if (longer.length === 1) return longer[0]
  let best: string | undefined
  let bestDistance = Math.max(1, Math.floor(wanted.length / 3)) + 1
  for (const candidate of all) {
    const distance = editDistance(wanted, normalized(candidate))
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}
