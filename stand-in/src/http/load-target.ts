import type { IncomingMessage } from 'node:http'
import { Access } from '../access/access.ts'
import type { Accounts } from '../access/accounts.ts'
import { clearProof } from '../access/proof.ts'
import { assumptions } from '../assumptions.ts'
import type { Catalog } from '../catalog/catalog.ts'
import type { TableDef } from '../catalog/table-def.ts'
import { StandInError } from '../stand-in-error.ts'

/**
 * Who asks, by HTTP Basic, with the roles that are active at login.
 * @throws {StandInError} 1045 for a wrong password, an unknown user or none.
 */
export function accessOfRequest(accounts: Accounts, request: IncomingMessage): Access {
  const [scheme, encoded] = (request.headers.authorization ?? '').split(' ')
  const pair = scheme?.toLowerCase() === 'basic' ? Buffer.from(encoded ?? '', 'base64').toString('utf8') : ''
  const colon = pair.indexOf(':')
  const user = accounts.logIn(pair.slice(0, Math.max(colon, 0)), clearProof(pair.slice(colon + 1)))
  return new Access(accounts, user)
}

/**
 * What a BE looks at before anything else.
 * @throws {StandInError} when a redirect has lost the credentials.
 */
export function checkBasic(request: IncomingMessage): void {
  if (request.headers.authorization?.startsWith('Basic ') === true) return
  throw new StandInError('no valid Basic authorization')
}

/**
 * The table that a load names, for a client that may load into it (reference/starrocks.md 6).
 * @throws {StandInError} when there is no such table, or 5203 "Access denied".
 */
export function loadTarget(
  { accounts, catalog }: { readonly accounts: Accounts; readonly catalog: Catalog },
  request: IncomingMessage,
  { database, table: name }: { readonly database: string; readonly table: string },
): TableDef {
  const table = catalog.table(database, name)
  const target = { tag: 'table', database: catalog.database(database), table } as const
  accessOfRequest(accounts, request).require(target, assumptions.loadPrivilege)
  return table
}
