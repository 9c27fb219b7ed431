/** Reads CSV bodies as StarRocks does: no quoting, `\N` alone is NULL. */
export function readCsv(body: Buffer): (string | null)[][] {
  return body
    .toString()
    .split('\u0002')
    .slice(0, -1)
    .map((row) => row.split('\u0001').map((field) => (field === '\\N' ? null : field)))
}

/** Reads JSON lines as StarRocks does: numbers keep their text, as it parses them by the column's type. */
export function readJsonLines(body: Buffer): Record<string, string | null>[] {
  return body
    .toString()
    .split('\n')
    .slice(0, -1)
    .map((line) => {
      const values: unknown = JSON.parse(line, (_key, value: unknown, context?: { source?: string }) =>
        typeof value === 'number' ? context?.source : value,
      )
      if (typeof values !== 'object' || values === null) throw new TypeError(`no object: ${line}`)
      return Object.fromEntries(
        Object.entries(values).map(([name, value]) => [name, value === null ? null : String(value)]),
      )
    })
}
