/**
 * StarRocks functions whose DuckDB name differs, by upper-case name. Names that are the same in both are left alone.
 */
export const functionNames: Readonly<Record<string, string>> = {
  LENGTH: 'strlen',
  CHAR_LENGTH: 'length',
  CHARACTER_LENGTH: 'length',
  SUBSTR: 'substring',
  MID: 'substring',
  UCASE: 'upper',
  LCASE: 'lower',
  NVL: 'coalesce',
  IFNULL: 'coalesce',
  NOW: 'sr_now',
  CURRENT_TIMESTAMP: 'sr_now',
  LOCALTIMESTAMP: 'sr_now',
  UTC_TIMESTAMP: 'sr_now',
  CURDATE: 'sr_today',
  CURRENT_DATE: 'sr_today',
  DATE_SUB: 'sr_date_sub',
  SUBDATE: 'sr_date_sub',
  DATE_ADD: 'sr_date_add',
  ADDDATE: 'sr_date_add',
  DATEDIFF: 'sr_datediff',
  UNIX_TIMESTAMP: 'sr_unix_timestamp',
  FROM_UNIXTIME: 'sr_from_unixtime',
  DATE: 'sr_date',
  TO_DATE: 'sr_date',
  ISNULL: 'sr_isnull',
  LOCATE: 'sr_locate',
  RAND: 'random',
  TRUNCATE: 'trunc',
  MD5SUM: 'sr_md5sum',
  TO_BINARY: 'sr_to_binary',
  CONV: 'sr_conv',
  CRC32: 'sr_crc32',
  MURMUR_HASH3_32: 'sr_murmur_hash3_32',
  JSON_QUERY: 'json_extract',
  GET_JSON_STRING: 'json_extract_string',
  PARSE_JSON: 'sr_same',
  JSON_LENGTH: 'json_array_length',
  ANY_VALUE: 'any_value',
  NDV: 'approx_count_distinct',
  STD: 'stddev_pop',
  SLEEP: 'sr_sleep',
}

/** DuckDB macros behind the names above. Run once when the database is opened. */
export const macrosSql = `
CREATE OR REPLACE TEMP MACRO sr_text(x) AS CASE
  WHEN typeof(x) = 'TIMESTAMP' AND contains(x::VARCHAR, '.') THEN rpad(x::VARCHAR, 26, '0')
  WHEN typeof(x) = 'BOOLEAN' THEN CASE x::VARCHAR WHEN 'true' THEN '1' ELSE '0' END
  ELSE x::VARCHAR END;
CREATE OR REPLACE TEMP MACRO sr_now(n := 0) AS date_trunc('second', current_timestamp)::TIMESTAMP;
CREATE OR REPLACE TEMP MACRO sr_today() AS current_date;
CREATE OR REPLACE TEMP MACRO sr_date_sub(x, i) AS x::TIMESTAMP - i;
CREATE OR REPLACE TEMP MACRO sr_date_add(x, i) AS x::TIMESTAMP + i;
CREATE OR REPLACE TEMP MACRO sr_datediff(a, b) AS date_diff('day', b::DATE, a::DATE);
CREATE OR REPLACE TEMP MACRO sr_unix_timestamp(x := NULL) AS epoch(coalesce(x::TIMESTAMP, current_timestamp::TIMESTAMP))::BIGINT;
CREATE OR REPLACE TEMP MACRO sr_from_unixtime(x) AS strftime(make_timestamp((x * 1000000)::BIGINT), '%Y-%m-%d %H:%M:%S');
CREATE OR REPLACE TEMP MACRO sr_date(x) AS x::DATE;
CREATE OR REPLACE TEMP MACRO sr_isnull(x) AS (x IS NULL);
CREATE OR REPLACE TEMP MACRO sr_locate(a, b) AS strpos(b, a);
CREATE OR REPLACE TEMP MACRO sr_md5sum(x) AS md5(sr_text(x));
CREATE OR REPLACE TEMP MACRO sr_to_binary(x, f := 'hex') AS CASE lower(f) WHEN 'hex' THEN unhex(x) WHEN 'encode64' THEN from_base64(x) ELSE encode(x) END;
CREATE OR REPLACE TEMP MACRO sr_conv(x, a, b) AS CASE WHEN a = 16 AND b = 10 THEN ('0x' || x)::UBIGINT::VARCHAR ELSE x END;
CREATE OR REPLACE TEMP MACRO sr_same(x) AS x;
CREATE OR REPLACE TEMP MACRO sr_sleep(x) AS true;
SET default_null_order = 'nulls_first_on_asc_last_on_desc';
`

/** MySQL's date format codes as DuckDB's `strftime` has them; codes that are not here are the same in both. */
export const dateFormatCodes: Readonly<Record<string, string>> = {
  i: '%M',
  s: '%S',
  T: '%H:%M:%S',
  k: '%-H',
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

/** Type names after CAST ... AS and `::`, by upper-case name. */
export const castTypes: Readonly<Record<string, string>> = {
  SIGNED: 'BIGINT',
  UNSIGNED: 'UBIGINT',
  INT: 'INTEGER',
  LARGEINT: 'HUGEINT',
  DATETIME: 'TIMESTAMP',
  VARBINARY: 'BLOB',
  BINARY: 'BLOB',
  JSON: 'VARCHAR',
}
