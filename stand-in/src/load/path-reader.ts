import { FieldRow, LoadFailure, type RowReader, type RowSink } from './field-row.ts'
import type { JsonShape } from './json-reader.ts'
import type { LoadParams } from './load-params.ts'

/**
 * JSON with `jsonpaths` or `json_root` (reference/starrocks.md 1.2): the whole body is kept and parsed at its end. Only
 * plain member paths, such as `$.a.b`, are understood.
 */
export function pathReader(params: LoadParams, shape: JsonShape): RowReader {
  const paths = params.jsonpaths === undefined ? undefined : jsonPaths(params.jsonpaths)
  const root = params.jsonRoot === undefined ? [] : members(params.jsonRoot)
  const pieces: Buffer[] = []
  return {
    write: (piece) => void pieces.push(piece),
    end(sink) {
      const body = Buffer.concat(pieces.splice(0)).toString('utf8').trim()
      if (body === '') return
      const top = valueAt(
        parse(shape.stripOuterArray || !body.startsWith('{') ? body : `[${body.replaceAll(/\}\s*\n\s*\{/g, '},{')}]`),
        [],
      )
      const row = new FieldRow()
      for (const item of Array.isArray(top) ? top : [top]) emit(valueAt(item, root), { paths, shape, row }, sink)
    },
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new LoadFailure(`Failed to parse string to json. error: ${text.slice(0, 200)}`)
  }
}

function jsonPaths(header: string): string[][] {
  const parsed = parse(header)
  if (!Array.isArray(parsed)) throw new LoadFailure('Invalid json path')
  return parsed.map((path: unknown) => members(String(path)))
}

function members(path: string): string[] {
  if (!path.startsWith('$')) throw new LoadFailure(`Invalid json path: ${path}`)
  return path
    .slice(1)
    .split('.')
    .filter((name) => name !== '')
}

function valueAt(value: unknown, path: readonly string[]): unknown {
  let found = value
  for (const name of path) {
    if (typeof found !== 'object' || found === null) return undefined
    found = Object.entries(found).find(([key]) => key === name)?.[1]
  }
  return found
}

function emit(
  item: unknown,
  how: { readonly paths: string[][] | undefined; readonly shape: JsonShape; readonly row: FieldRow },
  sink: RowSink,
): void {
  if (Array.isArray(item)) {
    for (const inner of item) emit(inner, how, sink)
    return
  }
  const { row } = how
  row.count = how.shape.keys.length
  row.bytes = 0
  for (const [index, key] of how.shape.keys.entries()) {
    const value = valueAt(item, how.paths === undefined ? [key] : (how.paths[index] ?? []))
    row.nulls[index] = value === undefined || value === null ? 1 : 0
    const asIs = typeof value === 'string' && how.shape.wishes[index] !== 'json'
    const bytes = Buffer.from(asIs ? value : (JSON.stringify(value) ?? ''))
    row.sources[index] = bytes
    row.ends[index] = bytes.length
    row.bytes += bytes.length
  }
  sink.row(row, () => JSON.stringify(item))
}
