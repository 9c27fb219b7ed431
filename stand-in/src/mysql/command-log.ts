/** The commands of the protocol by number, those that StarRocks does not know among them (reference/starrocks.md 6). */
const commandNames: Readonly<Record<number, string>> = {
  0: 'COM_SLEEP',
  1: 'COM_QUIT',
  2: 'COM_INIT_DB',
  3: 'COM_QUERY',
  4: 'COM_FIELD_LIST',
  5: 'COM_CREATE_DB',
  9: 'COM_STATISTICS',
  13: 'COM_DEBUG',
  14: 'COM_PING',
  17: 'COM_CHANGE_USER',
  22: 'COM_STMT_PREPARE',
  23: 'COM_STMT_EXECUTE',
  24: 'COM_STMT_SEND_LONG_DATA',
  25: 'COM_STMT_CLOSE',
  26: 'COM_STMT_RESET',
  27: 'COM_SET_OPTION',
  28: 'COM_STMT_FETCH',
  31: 'COM_RESET_CONNECTION',
}

/** A command as the protocol calls it; its number where nobody knows it. */
export const commandName = (command: number): string => commandNames[command] ?? String(command)

/** Commands whose text is a name or a statement. */
const withText: Readonly<Record<number, string>> = { 2: 'database', 4: 'table', 22: 'sql' }

/** What the log says of a command; undefined for statements, which have lines of their own. */
export function loggedPart(payload: Buffer): Readonly<Record<string, unknown>> | undefined {
  const command = payload[0] ?? 0
  if (command === 3 || command === 23) return undefined
  const key = withText[command]
  const text = key === undefined ? {} : { [key]: payload.toString('utf8', 1, 10_000).replace(/\0[^]*$/, '') }
  return { command: commandName(command), ...text }
}
