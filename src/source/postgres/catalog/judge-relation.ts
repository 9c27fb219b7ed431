import type { RefusedTable } from '../../../core/source.ts'
import { tableId } from '../../../core/table-id.ts'
import { chooseKey, type KeyChoice } from './choose-key.ts'
import { quoteIdentifier, quoteQualified } from './quote.ts'
import type { CatalogFacts, LeafFacts, RelationFacts } from './read-relations.ts'

/** A relation that can be copied, and the key of it. */
export interface UsableRelation {
  readonly tag: 'usable'
  readonly relation: RelationFacts
  readonly key: Extract<KeyChoice, { tag: 'key' }>
}

/** What is to become of a relation that the patterns mean. */
export type Judgement = UsableRelation | { readonly tag: 'refused'; readonly refused: RefusedTable }

type KeySource = UsableRelation['key']['source']

type Refusal = Omit<RefusedTable, 'table'>

/** Decides whether a relation can be copied and kept equal, and by which key. `role` is who we are. */
export function judgeRelation(relation: RelationFacts, facts: CatalogFacts, role: string): Judgement {
  const refuse = (refusal: Refusal): Judgement => ({
    tag: 'refused',
    refused: { table: tableId(relation.schema, relation.name), ...refusal },
  })
  const obstacle = refuseKind(relation) ?? refuseAccess(relation, role)
  if (obstacle !== null) return refuse(obstacle)
  const columns = facts.columns.get(relation.oid) ?? []
  const indexes = facts.indexes.get(relation.oid) ?? []
  const key = chooseKey(relation.replica_identity, indexes, columns)
  if (key.tag === 'none') return refuse(refuseKeyless(relation, key))
  const keyNames = columns.filter((column) => key.attnums.includes(column.attnum)).map((column) => column.name)
  const leaves = facts.leaves.get(relation.oid) ?? []
  for (const leaf of leaves) {
    const refusal = refuseLeaf(leaf, keyNames, key.source)
    if (refusal !== null) return refuse(refusal)
  }
  return { tag: 'usable', relation, key }
}

const LEAVE_OUT = 'Leave it out of the patterns under tables.'

function refuseKind(relation: RelationFacts): Refusal | null {
  const unsupported = (reason: string, remedy = LEAVE_OUT): Refusal => ({ code: 'TABLE_UNSUPPORTED', reason, remedy })
  switch (relation.kind) {
    case 'v':
      return unsupported('it is a view: copy the tables that it reads')
    case 'm':
      return unsupported('it is a materialized view, whose changes are not decoded: copy the tables that it reads')
    case 'f':
      return unsupported('it is a foreign table, whose changes are not in this server')
    case 'r':
    case 'p':
      break
  }
  if (relation.persistence === 't') return unsupported('it is a temporary table, which only its own session can read')
  if (relation.persistence === 'u') {
    return unsupported(
      'it is unlogged, so its changes are not in the write-ahead log',
      `ALTER TABLE ${quoteQualified(relation.schema, relation.name)} SET LOGGED;`,
    )
  }
  return null
}

function refuseAccess(relation: RelationFacts, role: string): Refusal | null {
  const name = quoteQualified(relation.schema, relation.name)
  const grantee = quoteIdentifier(role)
  if (!relation.readable) {
    return {
      code: 'SOURCE_PRIVILEGE',
      reason: `role ${role} may not read it`,
      remedy: `GRANT USAGE ON SCHEMA ${quoteIdentifier(relation.schema)} TO ${grantee}; GRANT SELECT ON ${name} TO ${grantee};`,
    }
  }
  if (relation.row_security) {
    return {
      code: 'SOURCE_PRIVILEGE',
      reason: `row-level security would hide rows of it from role ${role}`,
      remedy: `ALTER ROLE ${grantee} BYPASSRLS;`,
    }
  }
  return null
}

function refuseKeyless(relation: RelationFacts, key: Extract<KeyChoice, { tag: 'none' }>): Refusal {
  const alter = `ALTER TABLE ${quoteQualified(relation.schema, relation.name)}`
  return { code: 'TABLE_NO_KEY', reason: key.reason, remedy: keyRemedy(relation, key, alter) }
}

function keyRemedy(relation: RelationFacts, key: Extract<KeyChoice, { tag: 'none' }>, alter: string): string {
  if (key.candidate !== null) return `${alter} REPLICA IDENTITY USING INDEX ${quoteIdentifier(key.candidate)};`
  if (relation.replica_identity === 'n') return `${alter} REPLICA IDENTITY DEFAULT; -- with a primary key`
  return `${alter} ADD PRIMARY KEY (...); -- not deferrable`
}

/** The old row of a change in a partition is what that partition's own replica identity logs. */
function refuseLeaf(leaf: LeafFacts, keyNames: readonly string[], source: KeySource): Refusal | null {
  const name = quoteQualified(leaf.schema, leaf.name)
  if (leaf.kind === 'f') {
    const reason = `its partition ${name} is a foreign table, whose changes are not in this server`
    return { code: 'TABLE_UNSUPPORTED', reason, remedy: LEAVE_OUT }
  }
  if (leaf.persistence !== 'p') {
    const reason = `its partition ${name} is unlogged, so its changes are not in the write-ahead log`
    return { code: 'TABLE_UNSUPPORTED', reason, remedy: `ALTER TABLE ${name} SET LOGGED;` }
  }
  if (leaf.replica_identity === 'f') return null
  if (leaf.identity !== null && keyNames.every((column) => leaf.identity?.includes(column))) return null
  return {
    code: 'TABLE_NO_KEY',
    reason: `the replica identity of its partition ${name} does not hold the key (${keyNames.join(', ')})`,
    remedy:
      source === 'primary-key'
        ? `ALTER TABLE ${name} REPLICA IDENTITY DEFAULT;`
        : `ALTER TABLE ${name} REPLICA IDENTITY USING INDEX ...; -- its unique index of (${keyNames.join(', ')})`,
  }
}
