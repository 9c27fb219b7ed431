/** A name as StarRocks SQL and the `columns` header take it. */
export const quoteIdentifier = (name: string): string => `\`${name.replaceAll('`', '``')}\``

/** A string literal of StarRocks SQL, which reads backslashes as MySQL does. */
export const quoteString = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`

/** A table with its database. */
export const quoteTable = (database: string, table: string): string =>
  `${quoteIdentifier(database)}.${quoteIdentifier(table)}`

/** The PROPERTIES clause with a blank in front, or nothing. */
export function propertiesClause(properties: Readonly<Record<string, string>>): string {
  const quoted = (text: string): string => `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`
  const pairs = Object.entries(properties).map(([name, value]) => `${quoted(name)} = ${quoted(value)}`)
  return pairs.length === 0 ? '' : ` PROPERTIES (${pairs.join(', ')})`
}
