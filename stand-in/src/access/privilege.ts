/** All objects of a kind. */
type All = '*'

/**
 * What a privilege was granted on. Databases and tables are meant by id, as StarRocks keeps them: a grant stays with its
 * table when RENAME or SWAP WITH gives it another name, and goes with it.
 */
export type GrantObject =
  | { readonly tag: 'system' }
  | { readonly tag: 'catalog' }
  | { readonly tag: 'database'; readonly databaseId: number | All }
  | { readonly tag: 'table'; readonly databaseId: number | All; readonly tableId: number | All }
  /** Kinds that the stand-in has no objects of: the grant is kept and shown, and allows nothing. */
  | { readonly tag: 'other'; readonly text: string }

/** An object with the name that error texts call it by. */
interface Named {
  readonly id: number
  readonly name: string
}

/** What a statement or a load works on. */
export type AccessTarget =
  | { readonly tag: 'system' }
  | { readonly tag: 'catalog' }
  | { readonly tag: 'database'; readonly database: Named }
  | { readonly tag: 'table'; readonly database: Named; readonly table: Named }

/** Privileges of one kind of object. ALL is kept as what it stands for, as SHOW GRANTS tells it. */
export const privilegesOf = {
  system: [
    'GRANT',
    'NODE',
    'OPERATE',
    'PLUGIN',
    'FILE',
    'BLACKLIST',
    'REPOSITORY',
    'CREATE RESOURCE',
    'CREATE RESOURCE GROUP',
    'CREATE EXTERNAL CATALOG',
    'CREATE GLOBAL FUNCTION',
    'CREATE STORAGE VOLUME',
  ],
  catalog: ['USAGE', 'CREATE DATABASE'],
  database: ['CREATE TABLE', 'DROP', 'ALTER', 'CREATE VIEW', 'CREATE FUNCTION', 'CREATE MATERIALIZED VIEW'],
  table: ['DELETE', 'DROP', 'INSERT', 'SELECT', 'ALTER', 'EXPORT', 'UPDATE'],
  other: ['USAGE', 'SELECT', 'ALTER', 'DROP', 'REFRESH', 'IMPERSONATE'],
} as const satisfies Readonly<Record<GrantObject['tag'], readonly string[]>>

/** One privilege on one object. */
export interface Grant {
  readonly privilege: string
  readonly object: GrantObject
  readonly withGrantOption: boolean
}

/** Whether a grant is for an object: for it, or for all of its kind. */
export function covers(granted: GrantObject, target: AccessTarget): boolean {
  const fits = (id: number | All, other: Named): boolean => id === '*' || id === other.id
  switch (granted.tag) {
    case 'system':
    case 'catalog':
      return target.tag === granted.tag
    case 'database':
      return target.tag === 'database' && fits(granted.databaseId, target.database)
    case 'table':
      return target.tag === 'table' && fits(granted.databaseId, target.database) && fits(granted.tableId, target.table)
    case 'other':
      return false
  }
}

/** An object as error texts name it: `TABLE t`, `DATABASE d`, `SYSTEM`. */
export function nameInError(target: AccessTarget): string {
  switch (target.tag) {
    case 'system':
      return 'SYSTEM'
    case 'catalog':
      return 'CATALOG default_catalog'
    case 'database':
      return `DATABASE ${target.database.name}`
    case 'table':
      return `TABLE ${target.table.name}`
  }
}
