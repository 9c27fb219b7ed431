/** A name as StarRocks SQL and the `columns` header take it. */
export const quoteIdentifier = (name: string): string => `\`${name.replaceAll('`', '``')}\``

/** A string literal of StarRocks SQL, which reads backslashes as MySQL does. */
export const quoteString = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
