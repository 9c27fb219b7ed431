import type { SourceType } from '../../core/table-schema.ts'
import type { Candidate, RuleContext } from './type-rules/candidate.ts'
import type { ColumnCodec } from './type-rules/column-codec.ts'
import { arrayCandidates, HSTORE, JSON_DOCUMENT } from './type-rules/document-candidates.ts'
import {
  BIGINT,
  BOOLEAN,
  FLOAT4,
  FLOAT8,
  INTEGER,
  MONEY,
  numericCandidates,
  SMALLINT,
  UNSIGNED_64,
} from './type-rules/number-candidates.ts'
import { isRuleName } from './type-rules/rule-catalogue.ts'
import { bitCandidates, BYTEA, CHARACTERS, TEXT, textOf } from './type-rules/text-candidates.ts'
import { DATE, TIMESTAMP, TIMESTAMPTZ } from './type-rules/time-candidates.ts'

const textUpTo = (bytes: number): readonly Candidate[] => textOf(() => bytes)

const BUILT_IN: Readonly<Record<string, readonly Candidate[] | ((context: RuleContext) => readonly Candidate[])>> = {
  bool: BOOLEAN,
  int2: SMALLINT,
  int4: INTEGER,
  int8: BIGINT,
  oid: BIGINT,
  xid: BIGINT,
  cid: BIGINT,
  xid8: UNSIGNED_64,
  float4: FLOAT4,
  float8: FLOAT8,
  numeric: numericCandidates,
  money: MONEY,
  varchar: CHARACTERS,
  bpchar: CHARACTERS,
  char: textUpTo(4),
  name: textUpTo(256),
  tid: textUpTo(32),
  pg_lsn: textUpTo(17),
  bytea: BYTEA,
  date: DATE,
  time: textUpTo(15),
  timetz: textUpTo(24),
  timestamp: TIMESTAMP,
  timestamptz: TIMESTAMPTZ,
  interval: textUpTo(128),
  uuid: textUpTo(36),
  json: JSON_DOCUMENT,
  jsonb: JSON_DOCUMENT,
  inet: textUpTo(64),
  cidr: textUpTo(64),
  macaddr: textUpTo(17),
  macaddr8: textUpTo(23),
  bit: bitCandidates,
  varbit: bitCandidates,
}

// Arrays of fixed form inside the catalog, which print their elements with blanks between them.
const VECTORS = new Set(['int2vector', 'oidvector'])

// An enum's labels have at most 63 bytes in a server built as usual (NAMEDATALEN 64).
const ENUM = textUpTo(128)

/** Every way of a source type into the target, the default first. Empty when there is none. */
function candidatesFor(context: RuleContext): readonly Candidate[] {
  const { type } = context
  switch (type.kind) {
    case 'domain':
      return type.inner === undefined ? TEXT : candidatesFor({ ...context, type: type.inner })
    case 'array':
      return type.inner === undefined || VECTORS.has(type.name) ? TEXT : arrayCandidates(type.inner)
    case 'enum':
      return ENUM
    case 'pseudo':
      return []
    default:
      return baseCandidates(context)
  }
}

function baseCandidates(context: RuleContext): readonly Candidate[] {
  const { name, schema } = context.type
  if (name === 'hstore') return HSTORE
  if (schema !== 'pg_catalog' || !Object.hasOwn(BUILT_IN, name)) return TEXT
  const known = BUILT_IN[name] ?? TEXT
  return typeof known === 'function' ? known(context) : known
}

/** A codec, or why there is none, with what can be done about it. */
export type Choice =
  | { readonly tag: 'chosen'; readonly codec: ColumnCodec }
  | { readonly tag: 'refused'; readonly reason: string; readonly choices: readonly string[] }

/** What a user can write in `column_types` for one candidate. */
const spelling = (candidate: Candidate): string =>
  candidate.base === 'VARCHAR' ? `VARCHAR(n) or ${candidate.rule}` : `${candidate.base} or ${candidate.rule}`

const typeOf = (context: RuleContext): SourceType => {
  let type = context.type
  while (type.kind === 'domain' && type.inner !== undefined) type = type.inner
  return type
}

/**
 * Chooses the rule of one column: the type's default, or what `wanted` asks for (a rule's name or a StarRocks type).
 */
export function chooseCodec(context: RuleContext, wanted: string | undefined): Choice {
  const inner = { ...context, type: typeOf(context) }
  const all = candidatesFor(inner)
  const usable = context.asKey ? all.filter((candidate) => candidate.keyable) : all
  const choices = [...new Set(usable.map(spelling))]
  const refused = (reason: string): Choice => ({ tag: 'refused', reason, choices })
  const first = usable[0]
  if (first === undefined) {
    return refused(`type ${context.type.display} has no rule${all.length > 0 ? ' for a key column' : ''}`)
  }
  if (wanted === undefined) return outcome(first.make([], inner), refused)
  const asked = parseWanted(wanted)
  const matching =
    usable.find(({ rule }) => rule === asked.name) ?? usable.find(({ base }) => base === baseAsked(asked.name))
  if (matching === undefined) {
    const place = context.asKey ? 'a key column of type' : 'type'
    return refused(`${place} ${context.type.display} cannot become ${wanted}`)
  }
  return outcome(matching.make(asked.sizes, inner), refused)
}

// `text` is every type's VARCHAR, also where that has a rule of its own.
function baseAsked(name: string): string {
  if (name === 'text') return 'VARCHAR'
  return isRuleName(name) ? '' : name.toUpperCase()
}

const outcome = (made: ColumnCodec | string, refused: (reason: string) => Choice): Choice =>
  typeof made === 'string' ? refused(made) : { tag: 'chosen', codec: made }

/** Splits `DECIMAL(20, 4)` into its name and numbers. */
function parseWanted(wanted: string): { name: string; sizes: readonly number[] } {
  const match = /^\s*(\w+)\s*(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?\s*$/u.exec(wanted)
  if (match === null) return { name: wanted, sizes: [] }
  const sizes = [match[2], match[3]].flatMap((digits) => (digits === undefined ? [] : [Number(digits)]))
  return { name: match[1] ?? '', sizes }
}
