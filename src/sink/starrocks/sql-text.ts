/** A name in backticks. @throws {RangeError} when it holds one: StarRocks has no way to write it. */
export function sqlName(name: string): string {
  if (name.includes('`')) throw new RangeError(`StarRocks cannot name ${JSON.stringify(name)}`)
  return `\`${name}\``
}

/** A table with its database. */
export function sqlTable(database: string, table: string): string {
  return `${sqlName(database)}.${sqlName(table)}`
}

/** A text literal. Backslash escapes are in force in StarRocks as in MySQL. */
export function sqlString(text: string): string {
  return `'${text.replaceAll(/[\\']/g, String.raw`\$&`)}'`
}

/** The PROPERTIES clause, or nothing. */
export function sqlProperties(properties: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(properties).map(([name, value]) => `"${quoted(name)}" = "${quoted(value)}"`)
  return pairs.length === 0 ? '' : ` PROPERTIES (${pairs.join(', ')})`
}

function quoted(text: string): string {
  return text.replaceAll(/["\\]/g, String.raw`\$&`)
}
