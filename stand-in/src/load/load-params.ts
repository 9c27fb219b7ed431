import type { IncomingHttpHeaders } from 'node:http'
import { assumptions } from '../assumptions.ts'
import type { ServerVersion } from '../version.ts'
import { LoadFailure } from './field-row.ts'
import { atLeast, checkIdleHeaders, type HeaderOf, trueOrFalse } from './header-checks.ts'

/** What the headers of a load ask for (reference/starrocks.md 1.2). */
export interface LoadParams {
  readonly format: 'csv' | 'json'
  readonly compression?: string | undefined
  readonly columns?: string | undefined
  readonly where?: string | undefined
  readonly columnSeparator: Buffer
  readonly rowDelimiter: Buffer
  readonly enclose?: number | undefined
  readonly escape?: number | undefined
  readonly skipHeader: number
  readonly trimSpace: boolean
  readonly jsonpaths?: string | undefined
  readonly jsonRoot?: string | undefined
  readonly stripOuterArray: boolean
  readonly ignoreJsonSize: boolean
  readonly maxFilterRatio: number
  readonly strictMode: boolean
  readonly partialUpdate: boolean
  readonly mergeCondition?: string | undefined
  readonly hasEnvelope: boolean
  /** `log_rejected_record_num`: how many refused rows are kept apart; -1: all of them. */
  readonly rejectedRecords: number
  /** Equal texts: the loads may follow each other in one transaction ("load request not equal last.", 2). */
  readonly identity: string
}

const compressedCsv: Readonly<Record<string, string>> = {
  gzip: 'gzip',
  bzip2: 'bzip2',
  lz4: 'lz4_frame',
  deflate: 'deflate',
  zstd: 'zstd',
}

/** The headers that must not change between the loads of one transaction and table (transaction_stream_load.cpp). */
const identityHeaders = [
  'format columns where column_separator row_delimiter partitions temporary_partitions negative strict_mode timezone',
  'load_mem_limit jsonpaths json_root strip_outer_array partial_update partial_update_mode merge_condition',
  'transmission_compression_type load_dop compression content-encoding',
]
  .join(' ')
  .split(' ')

/**
 * Reads a load's headers. With `inTransaction` the headers enclose, escape, skip_header, trim_space and
 * log_rejected_record_num are ignored, as the transaction interface does (0.8).
 * @throws {LoadFailure} with StarRocks' text when a header has no sense.
 */
export function loadParams(headers: IncomingHttpHeaders, inTransaction: boolean): LoadParams {
  const header = headerOf(headers)
  refuseUnknown(header)
  const plain = inTransaction ? () => undefined : header
  const params: LoadParams = {
    ...formatOf(header),
    columns: header('columns'),
    where: header('where'),
    columnSeparator: delimiter(header('column_separator') ?? '\t'),
    rowDelimiter: delimiter(header('row_delimiter') ?? '\n'),
    skipHeader: atLeast(plain('skip_header'), 0, skipHeaderWords) ?? 0,
    trimSpace: trueOrFalse(plain('trim_space'), 'Invalid trim space format. Must be bool type'),
    enclose: firstByte(plain('enclose')),
    escape: firstByte(plain('escape')),
    jsonpaths: header('jsonpaths'),
    jsonRoot: header('json_root'),
    stripOuterArray: isTrue(header('strip_outer_array')),
    ignoreJsonSize: isTrue(header('ignore_json_size')),
    maxFilterRatio: filterRatio(header('max_filter_ratio')),
    strictMode: trueOrFalse(header('strict_mode'), 'Invalid strict mode format. Must be bool type'),
    partialUpdate: isPartial(header('partial_update'), inTransaction),
    mergeCondition: header('merge_condition'),
    hasEnvelope: header('envelope') !== undefined,
    rejectedRecords: atLeast(plain('log_rejected_record_num'), -1, rejectedRecordWords) ?? 0,
    identity: JSON.stringify(identityHeaders.map(header)),
  }
  checkIdleHeaders(header)
  return params
}

/**
 * What a BE reads of a plain load before it begins the transaction (stream_load.cpp): these two alone leave no aborted
 * transaction behind.
 * @throws {LoadFailure} for a format or a timeout that is none.
 */
export function checkBeforeBegin(headers: IncomingHttpHeaders): void {
  const header = headerOf(headers)
  formatName(header)
  const timeout = header('timeout')
  if (timeout !== undefined && !/^\d{1,10}$/.test(timeout)) throw new LoadFailure('Invalid timeout format')
}

const headerOf =
  (headers: IncomingHttpHeaders): HeaderOf =>
  (name) => {
    const value = headers[name]
    const text = Array.isArray(value) ? value[0] : value
    return text === undefined || text === '' ? undefined : text
  }

const skipHeaderWords = {
  format: 'Invalid csv load skip_header format',
  range: 'skip_header must be equal or greater than 0',
}
const rejectedRecordWords = {
  format: 'Invalid log_rejected_record_num format',
  range: 'log_rejected_record_num must be equal or greater than -1',
}

/** In a transaction everything but `true` means no (transaction_stream_load.cpp). */
const isPartial = (text: string | undefined, inTransaction: boolean): boolean =>
  inTransaction ? text === 'true' : trueOrFalse(text, 'Invalid partial update flag format. Must be bool type')

/**
 * The same for a version that may not know all of it: a compressed JSON body is then read as it is, and fails (1.2).
 * @throws {LoadFailure} for a merge_condition with a partial update before 3.1.3 (3).
 */
export function paramsForVersion(params: LoadParams, version: ServerVersion): LoadParams {
  if (params.partialUpdate && params.mergeCondition !== undefined && !version.conditionalPartialUpdate) {
    throw new LoadFailure(assumptions.conditionalPartialUpdateText)
  }
  if (params.hasEnvelope && version.debeziumEnvelope) throw new LoadFailure('The stand-in has no envelope')
  const isUnread = params.format === 'json' && params.compression !== undefined && !version.jsonCompression
  return isUnread ? { ...params, compression: undefined } : params
}

/** What StarRocks can do and the stand-in cannot must fail, not pass as an ordinary load. */
function refuseUnknown(header: HeaderOf): void {
  if (header('partitions') !== undefined && header('temporary_partitions') !== undefined) {
    throw new LoadFailure('Can not specify both partitions and temporary partitions')
  }
  if (header('negative') === 'true') throw new LoadFailure('The stand-in has no negative')
  for (const name of ['partitions', 'temporary_partitions', 'channel_id', 'channel_num']) {
    if (header(name) !== undefined) throw new LoadFailure(`The stand-in has no ${name}`)
  }
}

const isTrue = (text: string | undefined): boolean => text?.toLowerCase() === 'true'

/** The formats by name; `gzip` and its like are compressed CSV. */
function formatName(header: HeaderOf): string {
  const named = header('format')?.toLowerCase() ?? 'csv'
  if (named === 'csv' || named === 'json' || compressedCsv[named] !== undefined) return named
  throw new LoadFailure(`unknown data format, format=${header('format')}`)
}

/** CompressionUtils.java: what StarRocks calls a compression at all. */
const codecs = new Set('none snappy lz4 lz4_frame zlib zstd gzip deflate bzip2 lzo brotli'.split(' '))

function formatOf(header: HeaderOf): Pick<LoadParams, 'format' | 'compression'> {
  const named = formatName(header)
  const encoding = header('content-encoding')
  const compression = header('compression')
  if (encoding !== undefined && compression !== undefined) {
    throw new LoadFailure('Only one of http header content-encoding and compression can be set')
  }
  const codec = (encoding ?? compression)?.toLowerCase()
  if (codec !== undefined && !codecs.has(codec)) {
    throw new LoadFailure(`Unsupported compression type: ${encoding ?? compression}`)
  }
  if (named === 'csv' || named === 'json') return { format: named, compression: codec === 'none' ? undefined : codec }
  return { format: 'csv', compression: compressedCsv[named] }
}

/** As strtod reads it: what is no number is 0. */
function filterRatio(text: string | undefined): number {
  const ratio = Number.parseFloat(text ?? '0')
  return Number.isFinite(ratio) ? ratio : 0
}

/** Of a longer text only the first byte counts, also of an escape such as `\x01`. */
const firstByte = (text: string | undefined): number | undefined => text?.charCodeAt(0)

const escapes: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', '\\': '\\', 0: '\0' }

/**
 * A separator: text of at most 50 bytes, `\t`-like escapes, or hexadecimal bytes as `\x01`, `\\x0D0A` or `0x01` (1.2).
 */
function delimiter(text: string): Buffer {
  const hex = /^(?:\\{1,2}x|0x)([0-9a-f]+)$/i.exec(text)
  if (hex?.[1] !== undefined) {
    if (hex[1].length % 2 === 1) throw new LoadFailure(`Invalid delimiter '${text}': hex length must be a even number`)
    return Buffer.from(hex[1], 'hex')
  }
  if (Buffer.byteLength(text) > 50) throw new LoadFailure('the max delimiter length is 50')
  const plain = text.replaceAll(/\\([tnr\\0])/g, (_whole, letter: string) => escapes[letter] ?? letter)
  // Node hands header bytes over as latin1 characters.
  return Buffer.from(plain, 'latin1')
}
