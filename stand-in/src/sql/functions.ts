/**
 * StarRocks' functions as DuckDB computes them, by upper-case name. What stands nowhere here is refused: DuckDB has
 * functions of its own that StarRocks has not, and functions of the same name that mean something else.
 */

/** The same name and meaning in both. */
export const sameFunctions: ReadonlySet<string> = new Set(
  [
    'ABS ACOS ASIN ATAN ATAN2 CBRT CEIL CEILING COS COSH COT DEGREES EXP FLOOR LN LOG10 LOG2 PI POW POWER RADIANS ROUND SIGN',
    'SIN SINH SQRT TAN TANH CONCAT_WS LOWER UPPER TRIM LTRIM RTRIM REVERSE REPEAT REPLACE LEFT RIGHT STARTS_WITH ENDS_WITH',
    'ASCII HEX MD5 SPLIT_PART INSTR SUBSTRING IF NULLIF COALESCE COUNT SUM AVG MIN MAX ANY_VALUE STDDEV_POP STDDEV_SAMP',
    'VAR_POP VAR_SAMP MAX_BY MIN_BY BOOL_OR CORR COVAR_POP COVAR_SAMP PERCENTILE_DISC ROW_NUMBER RANK DENSE_RANK NTILE LAG',
    'LEAD FIRST_VALUE LAST_VALUE CUME_DIST PERCENT_RANK CAST EXTRACT GROUPING GROUPING_ID VALUES',
  ]
    .join(' ')
    .split(' '),
)

/** Another name for the same. */
export const functionNames: Readonly<Record<string, string>> = {
  LENGTH: 'strlen',
  CHAR_LENGTH: 'length',
  CHARACTER_LENGTH: 'length',
  SUBSTR: 'substring',
  MID: 'substring',
  STRLEFT: 'left',
  STRRIGHT: 'right',
  UCASE: 'upper',
  LCASE: 'lower',
  NVL: 'coalesce',
  IFNULL: 'coalesce',
  RAND: 'random',
  RANDOM: 'random',
  STD: 'stddev_pop',
  STDDEV: 'stddev_pop',
  VARIANCE: 'var_pop',
  VARIANCE_POP: 'var_pop',
  VARIANCE_SAMP: 'var_samp',
  PERCENTILE_CONT: 'quantile_cont',
  PERCENTILE_APPROX: 'quantile_cont',
  GET_JSON_STRING: 'json_extract_string',
  JSON_QUERY: 'json_extract',
  SHA256: 'sha256',
}

const moment = (argument: number): string => `TRY_CAST($${argument} AS TIMESTAMP)`
const day = (argument: number): string => `TRY_CAST($${argument} AS DATE)`

/** How much time lies between two moments, in whole units: `years_diff(a, b)` is a - b. */
const difference = (unit: string): Readonly<Record<number, string>> => ({
  2: `date_sub('${unit}', ${moment(2)}, ${moment(1)})`,
})
const shift = (unit: string, sign: '+' | '-'): Readonly<Record<number, string>> => ({
  2: `(${moment(1)} ${sign} to_${unit}s(($2)::INTEGER))`,
})
const part = (name: string): Readonly<Record<number, string>> => ({ 1: `${name}(${moment(1)})::INTEGER` })
const units = ['year', 'month', 'week', 'day', 'hour', 'minute', 'second'] as const

const perUnit = Object.fromEntries(
  units.flatMap((unit) => [
    [`${unit.toUpperCase()}S_DIFF`, difference(unit)],
    [`${unit.toUpperCase()}S_ADD`, shift(unit, '+')],
    [`${unit.toUpperCase()}S_SUB`, shift(unit, '-')],
  ]),
)

/** Written out, by number of arguments; `$1` is the first, `$*` are all of them. */
export const functionTemplates: Readonly<Record<string, Readonly<Record<number | string, string>>>> = {
  ...perUnit,
  NULL_OR_EMPTY: { 1: `(($1) IS NULL OR ($1) = '')` },
  ISNULL: { 1: '(($1) IS NULL)' },
  GREATEST: { any: 'CASE WHEN list_contains([$&], true) THEN NULL ELSE greatest($*) END' },
  LEAST: { any: 'CASE WHEN list_contains([$&], true) THEN NULL ELSE least($*) END' },
  LOG: { 1: 'ln($1)', 2: '(ln($2) / ln($1))' },
  DLOG1: { 1: 'ln($1)' },
  SQUARE: { 1: '(($1) * ($1))' },
  MOD: { 2: '(($1) % ($2))' },
  FMOD: { 2: 'fmod($1, $2)' },
  PMOD: { 2: '((($1) % ($2) + ($2)) % ($2))' },
  TRUNCATE: { 2: 'trunc($1, $2)' },
  BITAND: { 2: '(($1) & ($2))' },
  BITOR: { 2: '(($1) | ($2))' },
  BITXOR: { 2: 'xor($1, $2)' },
  BITNOT: { 1: '(~($1))' },
  BIT_SHIFT_LEFT: { 2: '(($1) << ($2))' },
  BIT_SHIFT_RIGHT: { 2: '(($1) >> ($2))' },
  CHAR: { 1: 'chr($1)' },
  SPACE: { 1: "repeat(' ', $1)" },
  LPAD: { 2: "lpad($1, ($2)::INTEGER, ' ')", 3: 'lpad($1, ($2)::INTEGER, $3)' },
  RPAD: { 2: "rpad($1, ($2)::INTEGER, ' ')", 3: 'rpad($1, ($2)::INTEGER, $3)' },
  LOCATE: { 2: 'strpos($2, $1)::INTEGER' },
  STRPOS: { 2: 'strpos($1, $2)::INTEGER' },
  STRCMP: { 2: 'CASE WHEN ($1) = ($2) THEN 0 WHEN ($1) < ($2) THEN -1 ELSE 1 END' },
  FIND_IN_SET: { 2: "coalesce(list_position(string_split($2, ','), $1), 0)::INTEGER" },
  CONCAT: { any: '($|)' },
  REGEXP_EXTRACT: { 3: 'regexp_extract($1, $2, $3)' },
  REGEXP_REPLACE: { 3: "regexp_replace($1, $2, $3, 'g')" },
  UNHEX: { 1: 'decode(unhex($1))' },
  SHA2: { 2: 'CASE WHEN ($2) IN (0, 256) THEN sha256($1) END' },
  MD5SUM: { any: 'md5($|)' },
  TO_BASE64: { 1: 'to_base64(sr_bytes($1))' },
  FROM_BASE64: { 1: 'decode(from_base64($1))' },
  TO_BINARY: {
    1: 'unhex($1)',
    2: "CASE lower($2) WHEN 'hex' THEN unhex($1) WHEN 'encode64' THEN from_base64($1) ELSE encode($1) END",
  },
  FROM_BINARY: {
    1: 'hex($1)',
    2: "CASE lower($2) WHEN 'hex' THEN hex($1) WHEN 'encode64' THEN to_base64($1) ELSE decode($1) END",
  },
  UUID: { 0: 'uuid()::VARCHAR' },
  PARSE_JSON: { 1: 'CASE WHEN json_valid($1) THEN $1 END' },
  TO_JSON: { 1: 'to_json($1)::VARCHAR' },
  JSON_STRING: { 1: '($1)::VARCHAR' },
  JSON_LENGTH: {
    1: "CASE json_type($1) WHEN 'ARRAY' THEN json_array_length($1) WHEN 'OBJECT' THEN len(json_keys($1)) ELSE 1 END::INTEGER",
  },
  JSON_KEYS: { 1: 'to_json(json_keys($1))::VARCHAR' },
  JSON_EXISTS: { 2: 'json_exists($1, $2)' },
  GET_JSON_INT: { 2: 'TRY_CAST(json_extract_string($1, $2) AS BIGINT)' },
  GET_JSON_DOUBLE: { 2: 'TRY_CAST(json_extract_string($1, $2) AS DOUBLE)' },
  GET_JSON_BOOL: { 2: 'TRY_CAST(json_extract_string($1, $2) AS BOOLEAN)' },
  APPROX_COUNT_DISTINCT: { 1: 'count(DISTINCT $1)' },
  NDV: { 1: 'count(DISTINCT $1)' },
  MULTI_DISTINCT_COUNT: { 1: 'count(DISTINCT $1)' },
  MULTI_DISTINCT_SUM: { 1: 'sum(DISTINCT $1)' },
  COUNT_IF: { 1: 'count_if($1)::BIGINT' },
  YEAR: part('year'),
  QUARTER: part('quarter'),
  MONTH: part('month'),
  DAY: part('day'),
  DAYOFMONTH: part('day'),
  DAYOFYEAR: part('dayofyear'),
  HOUR: part('hour'),
  MINUTE: part('minute'),
  SECOND: part('second'),
  WEEKOFYEAR: part('weekofyear'),
  WEEK_ISO: part('weekofyear'),
  DAYOFWEEK: { 1: `(dayofweek(${moment(1)}) + 1)::INTEGER` },
  DAYOFWEEK_ISO: { 1: `isodow(${moment(1)})::INTEGER` },
  WEEKDAY: { 1: `(isodow(${moment(1)}) - 1)::INTEGER` },
  WEEK: { 1: `strftime(${moment(1)}, '%U')::INTEGER` },
  MICROSECOND: { 1: `(microsecond(${moment(1)}) % 1000000)::INTEGER` },
  DAYNAME: { 1: `dayname(${moment(1)})` },
  MONTHNAME: { 1: `monthname(${moment(1)})` },
  LAST_DAY: { 1: `last_day(${day(1)})` },
  DATE: { 1: day(1) },
  TO_DATE: { 1: day(1) },
  TIMESTAMP: { 1: moment(1) },
  TO_DAYS: { 1: `(date_diff('day', DATE '1970-01-01', ${day(1)}) + 719528)::INTEGER` },
  FROM_DAYS: { 1: "(DATE '1970-01-01' + (($1)::INTEGER - 719528))" },
  MAKEDATE: { 2: '(make_date($1, 1, 1) + (($2)::INTEGER - 1))' },
  DATEDIFF: { 2: `date_diff('day', ${day(2)}, ${day(1)})::INTEGER` },
  DATE_DIFF: { 3: `date_sub(lower($1), ${moment(3)}, ${moment(2)})` },
  DATE_TRUNC: {
    2: `CASE WHEN typeof($2) = 'DATE' THEN date_trunc($1, ${moment(2)})::DATE::TIMESTAMP ELSE date_trunc($1, ${moment(2)}) END`,
  },
  DATE_ADD: { 2: `(${moment(1)} + sr_interval($2))` },
  ADDDATE: { 2: `(${moment(1)} + sr_interval($2))` },
  DATE_SUB: { 2: `(${moment(1)} - sr_interval($2))` },
  SUBDATE: { 2: `(${moment(1)} - sr_interval($2))` },
  PASSWORD: { 1: "'*' || upper(sha1(unhex(sha1($1))))" },
}

/** DuckDB macros that every connection has: `sr_text` is a value as text in StarRocks' form. */
export const macrosSql = `
CREATE OR REPLACE TEMP MACRO sr_text(x) AS CASE
  WHEN typeof(x) = 'TIMESTAMP' AND contains(x::VARCHAR, '.') THEN rpad(x::VARCHAR, 26, '0')
  WHEN typeof(x) = 'BOOLEAN' THEN CASE x::VARCHAR WHEN 'true' THEN '1' ELSE '0' END
  ELSE x::VARCHAR END;
CREATE OR REPLACE TEMP MACRO sr_bytes(x) AS CASE WHEN typeof(x) = 'BLOB' THEN TRY_CAST(x AS BLOB) ELSE encode(x::VARCHAR) END;
CREATE OR REPLACE TEMP MACRO sr_interval(x) AS CASE WHEN typeof(x) = 'INTERVAL' THEN TRY_CAST(x AS INTERVAL) ELSE to_days(TRY_CAST(x::VARCHAR AS INTEGER)) END;
CREATE OR REPLACE TEMP MACRO sr_whole(x) AS CASE
  WHEN typeof(x) IN ('DOUBLE', 'FLOAT') THEN TRY_CAST(trunc(TRY_CAST(x AS DOUBLE)) AS HUGEINT)
  WHEN starts_with(typeof(x), 'DECIMAL') THEN TRY_CAST(trunc(TRY_CAST(x AS DECIMAL(38, 10))) AS HUGEINT)
  WHEN typeof(x) = 'VARCHAR' AND NOT regexp_full_match(trim(x::VARCHAR), '[+-]?[0-9]+') THEN NULL
  ELSE TRY_CAST(x AS HUGEINT) END;
SET default_null_order = 'nulls_first_on_asc_last_on_desc';
SET old_implicit_casting = true;
SET ieee_floating_point_ops = false;
`

/** MySQL's date format codes as DuckDB's `strftime` has them; codes that are not here are the same in both. */
export const dateFormatCodes: Readonly<Record<string, string>> = {
  i: '%M',
  s: '%S',
  T: '%H:%M:%S',
  k: '%-H',
  l: '%-I',
  c: '%-m',
  e: '%-d',
  M: '%B',
  W: '%A',
  h: '%I',
  r: '%I:%M:%S %p',
  u: '%V',
  x: '%G',
  v: '%V',
}

/** Type names after CAST ... AS, by upper-case name. */
export const castTypes: Readonly<Record<string, string>> = {
  BOOLEAN: 'BOOLEAN',
  TINYINT: 'TINYINT',
  SMALLINT: 'SMALLINT',
  INT: 'INTEGER',
  INTEGER: 'INTEGER',
  BIGINT: 'BIGINT',
  SIGNED: 'BIGINT',
  UNSIGNED: 'UBIGINT',
  LARGEINT: 'HUGEINT',
  FLOAT: 'FLOAT',
  DOUBLE: 'DOUBLE',
  DECIMAL: 'DECIMAL',
  DECIMALV3: 'DECIMAL',
  DECIMAL32: 'DECIMAL',
  DECIMAL64: 'DECIMAL',
  DECIMAL128: 'DECIMAL',
  NUMERIC: 'DECIMAL',
  DATE: 'DATE',
  DATETIME: 'TIMESTAMP',
  TIME: 'TIME',
  VARBINARY: 'BLOB',
  BINARY: 'BLOB',
}
