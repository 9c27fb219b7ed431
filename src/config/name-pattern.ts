/** A part of a name: literal text, `*` (any text), `?` (one character), or a placeholder such as `{table}`. */
type Piece =
  | { readonly tag: 'literal'; readonly text: string }
  | { readonly tag: 'any' }
  | { readonly tag: 'one' }
  | { readonly tag: 'placeholder'; readonly name: string }

/** A dotted name, part by part. */
type Parts = readonly (readonly Piece[])[]

const TOKEN = /"((?:[^"]|"")*)"|([*?])|\{([^}"]*)\}|([^"*?{}.\s]+)|\./gy

function readPiece(token: RegExpExecArray): Piece {
  const [, quoted, wildcard, placeholder, plain] = token
  if (wildcard !== undefined) return { tag: wildcard === '*' ? 'any' : 'one' }
  if (placeholder !== undefined) return { tag: 'placeholder', name: placeholder }
  return { tag: 'literal', text: quoted?.replaceAll('""', '"') ?? plain ?? '' }
}

/** Splits a dotted name into parts; double quotes make everything between them literal. */
function readParts(text: string): Parts {
  const parts: Piece[][] = [[]]
  let end = 0
  for (const token of text.matchAll(TOKEN)) {
    end = token.index + token[0].length
    if (token[0] === '.') parts.push([])
    else parts.at(-1)?.push(readPiece(token))
  }
  if (end < text.length) {
    throw new RangeError(`has an odd character at position ${end + 1}: put such a name in double quotes`)
  }
  if (parts.some((part) => part.every((piece) => piece.tag === 'literal' && piece.text === '')))
    throw new RangeError('has an empty part')
  return parts
}

/** Which tables an entry of `tables:` is about. */
export interface NamePattern {
  readonly text: string
  /** Both names as the catalog spells them. */
  matches(schema: string, table: string): boolean
}

function toRegExp(part: readonly Piece[]): RegExp {
  const source = part.map((piece) => {
    if (piece.tag === 'any') return '.*'
    if (piece.tag === 'one') return '.'
    if (piece.tag === 'placeholder') throw new RangeError(`has a placeholder {${piece.name}}: those are for targets`)
    return piece.text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')
  })
  return new RegExp(`^${source.join('')}$`, 'su')
}

/**
 * Reads `schema.table` with `*` and `?` in either part; `"Odd.Name"` in double quotes is literal. Case counts.
 * @throws {RangeError} when it is not of that form.
 */
export function parseNamePattern(text: string): NamePattern {
  const parts = readParts(text)
  if (parts.length === 1) throw new RangeError(`names no schema: write public.${text}`)
  const [schemaPart, tablePart, ...more] = parts
  if (!schemaPart || !tablePart || more.length > 0) throw new RangeError('has more parts than schema.table')
  const schema = toRegExp(schemaPart)
  const table = toRegExp(tablePart)
  return { text, matches: (schemaName, tableName) => schema.test(schemaName) && table.test(tableName) }
}

/** Where a matched table goes; `database` is undefined when the template names none. */
export interface TargetTemplate {
  readonly text: string
  fill(schema: string, table: string): { readonly database: string | undefined; readonly table: string }
}

/**
 * Reads `table` or `database.table`, either part with `{schema}` and `{table}` in it.
 * @throws {RangeError} when it is not of that form.
 */
export function parseTargetTemplate(text: string): TargetTemplate {
  const parts = readParts(text)
  if (parts.length > 2) throw new RangeError('has more parts than database.table')
  for (const piece of parts.flat()) {
    if (piece.tag === 'any' || piece.tag === 'one')
      throw new RangeError('has a wildcard: write {table} for the name of the source table')
    if (piece.tag === 'placeholder' && piece.name !== 'schema' && piece.name !== 'table') {
      throw new RangeError(`has an unknown placeholder {${piece.name}}: {schema} and {table} are known`)
    }
  }
  const fillPart = (part: readonly Piece[], schema: string, table: string): string =>
    part
      .map((piece) =>
        piece.tag === 'literal' ? piece.text : piece.tag === 'placeholder' && piece.name === 'schema' ? schema : table,
      )
      .join('')
  const [first = [], second] = parts
  return {
    text,
    fill: (schema, table) =>
      second
        ? { database: fillPart(first, schema, table), table: fillPart(second, schema, table) }
        : { database: undefined, table: fillPart(first, schema, table) },
  }
}
