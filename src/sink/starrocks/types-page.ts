import { ALL_RULES, type TypeRule } from './type-rules/rule-catalogue.ts'

const cell = (text: string | null): string => (text === null ? '' : text.replaceAll('|', '\\|'))

const badRows = ({ refuses, bound }: TypeRule): string => [refuses, bound].filter((part) => part !== null).join('; ')

const row = (rule: TypeRule): string =>
  `| \`${rule.name}\` | ${[rule.from, rule.to, rule.loses, badRows(rule), rule.csv, rule.json, rule.readBack].map(cell).join(' | ')} |`

const table = (rules: readonly TypeRule[]): string[] => [
  '| rule | PostgreSQL | StarRocks | is lost | makes the row bad | in CSV | in JSON lines | read back by |',
  '|---|---|---|---|---|---|---|---|',
  ...rules.map(row),
]

const INTRODUCTION = `# Types: what becomes of each PostgreSQL type

Generated from the type map (\`src/sink/starrocks/type-rules/\`). Do not edit.

Each source type has one rule, the same in the first copy and in the stream. By default nothing is lost: a value that the
target type cannot hold makes the row *bad* (it is parked or its table quarantined, as configured), it is never cut,
rounded or turned into NULL. What does lose something is chosen by you per column, and named by \`sync-app check\`.

\`\`\`yaml
tables:
  - source: public.orders
    column_types:
      valid_to: datetime_or_null     # a rule of the table below
      weight: DECIMAL(20,6)          # or a StarRocks type
      attributes: JSON
\`\`\`

## How to read the rules
- **Domains** follow the rule of the type below them, generated columns the rule of their type.
- **VARCHAR counts bytes.** varchar(n) and char(n) become VARCHAR(4n). Types without a bound become the widest VARCHAR of the
  server (1,048,576 bytes before StarRocks 4.2).
- **char(n)** keeps the blanks that PostgreSQL pads it with.
- **Arrays** become JSON text rather than ARRAY: it keeps any dimension, any bounds and all digits, and StarRocks queries it
  with \`parse_json(tags)\`. Their elements stand in PostgreSQL's text form.
- **Dates out of range**: PostgreSQL has infinity, years BC and years up to 294276; StarRocks has the years 0 to 9999. The
  default refuses such a row rather than let two different values become one. \`..._or_null\` makes them NULL, \`text\` keeps
  them in a VARCHAR.
- **NaN and infinities** likewise: refused by default, NULL with \`..._or_null\`, kept with \`float_text\` or \`numeric_text\`.
- **timestamptz** is always UTC in the target, whatever the time zones of the servers.
- **money** has no currency in the target; the source session runs with lc_monetary=C.

## Keys
A primary key of StarRocks has no DECIMAL, FLOAT, VARBINARY or JSON and at most 128 bytes per row (each text that is not the
last key column counts two bytes more). So, as a key:
- numeric(p,0) is BIGINT up to 18 digits, LARGEINT up to 38; every other numeric is \`numeric_key\`, text without zeros at the
  end of the fraction;
- real and double precision are \`float_text\`, money is \`money_text\`, bytea is \`binary_hex\`;
- texts are VARCHAR(128) at most. A row whose key is larger is bad.

## Names
StarRocks does not tell upper from lower case in column names and takes letters, digits and underscores: any other character
becomes an underscore, a name that begins with \`__op\` or \`__row\` gets a \`c\` before it. Two columns that become one are
refused; leave one out with \`exclude_columns\`.

## The rules`

/** `docs/types.md`, made of the type map. */
export function typesPage(): string {
  return `${INTRODUCTION}\n\n${table(ALL_RULES).join('\n')}\n`
}
