import type { SourceType } from '../../../core/table-schema.ts'
import { arrayField, type ElementForm } from '../encode/array-field.ts'
import { hstoreField } from '../encode/hstore-field.ts'
import { csvText, embeddedJson, jsonDocument, rawText } from '../encode/text-fields.ts'
import type { FieldWriter } from '../encode/field-writer.ts'
import { documentWire, type Wire } from '../encode/wire.ts'
import { fixed, varchar, type Candidate } from './candidate.ts'
import { codec, varcharCodec, type ColumnCodec } from './column-codec.ts'
import type { RuleName } from './rule-catalogue.ts'
import { TEXT } from './text-candidates.ts'

// Largest value of the JSON type. @see reference/starrocks.md 4
const JSON_BYTES = 16 * 1024 * 1024

// A JSON document reads back as text that must not lose its null, so only what comes from the source is looked at.
const documentText: Wire = {
  csv: csvText(JSON_BYTES),
  json: embeddedJson(rawText(JSON_BYTES)),
  raw: rawText(JSON_BYTES),
}

const jsonColumn = (rule: RuleName, encode: Wire): ColumnCodec =>
  codec({ rule, targetType: 'JSON', encode, readBack: documentText, canonical: 'json' })

const made = (write: FieldWriter): Wire => ({ csv: write, json: write, raw: write })

const widest = (rule: RuleName, encode: (limitBytes: number) => Wire): Candidate =>
  varchar(
    rule,
    (context) => context.features.maxVarcharBytes,
    (limit, asKey) => varcharCodec(rule, limit, asKey, encode),
  )

/** json and jsonb. */
export const JSON_DOCUMENT: readonly Candidate[] = [
  varchar(
    'json_text',
    (context) => context.features.maxVarcharBytes,
    (limit, asKey) => varcharCodec('json_text', limit, asKey),
  ),
  fixed(
    jsonColumn('json', {
      csv: jsonDocument(documentText.csv),
      json: jsonDocument(documentText.json),
      raw: jsonDocument(documentText.raw),
    }),
  ),
]

/** hstore. */
export const HSTORE: readonly Candidate[] = [
  widest('hstore_text', (limit) => documentWire(hstoreField(limit))),
  fixed(jsonColumn('hstore_json', made(hstoreField(JSON_BYTES)))),
  ...TEXT,
]

const NUMBERS = new Set(['int2', 'int4', 'int8', 'oid', 'xid', 'cid', 'xid8', 'float4', 'float8', 'numeric'])

function baseOf(type: SourceType): SourceType {
  return type.kind === 'domain' && type.inner !== undefined ? baseOf(type.inner) : type
}

function elementForm(element: SourceType): ElementForm {
  const base = baseOf(element)
  if (base.schema !== 'pg_catalog') return 'string'
  if (base.name === 'bool') return 'boolean'
  return NUMBERS.has(base.name) ? 'number' : 'string'
}

/** Arrays, by the type of their elements. */
export function arrayCandidates(element: SourceType): readonly Candidate[] {
  const form = elementForm(element)
  const delimiter = baseOf(element).name === 'box' ? ';' : ','
  return [
    widest('array_text', (limit) => documentWire(arrayField(form, delimiter, limit))),
    fixed(jsonColumn('array_json', made(arrayField(form, delimiter, JSON_BYTES)))),
    ...TEXT,
  ]
}
