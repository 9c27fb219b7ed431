/**
 * The session settings that decide how PostgreSQL writes values and that no session of ours may leave to the server,
 * role or database: replication and COPY sessions start with the same ones, or a value would look different in the
 * stream and in the snapshot. Values are as `pg_settings.setting` shows them.
 *
 * - `IntervalStyle` iso_8601 is the one style whose text needs no knowledge of signs per field or of the locale.
 * - `extra_float_digits` 1: since PostgreSQL 12 every value above 0 gives the shortest text that reads back exactly.
 * - `search_path` pg_catalog: names that output functions print (regclass, regtype) are qualified.
 * - The time-outs are for sessions of people; ours read for as long as it takes.
 */
export const PINNED_SETTINGS = {
  client_encoding: 'UTF8',
  TimeZone: 'UTC',
  DateStyle: 'ISO, YMD',
  IntervalStyle: 'iso_8601',
  extra_float_digits: '1',
  bytea_output: 'hex',
  lc_monetary: 'C',
  search_path: 'pg_catalog',
  xmlbinary: 'base64',
  statement_timeout: '0',
  idle_in_transaction_session_timeout: '0',
  idle_session_timeout: '0',
} as const satisfies Readonly<Record<string, string>>

/** The startup parameter `options` that sets {@link PINNED_SETTINGS} before the session's first query. */
export const PINNED_OPTIONS = Object.entries(PINNED_SETTINGS)
  .map(([name, value]) => `-c ${name}=${value.replaceAll(/[\\ ]/g, String.raw`\$&`)}`)
  .join(' ')
