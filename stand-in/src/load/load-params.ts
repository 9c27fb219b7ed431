import type { IncomingHttpHeaders } from 'node:http'
import { assumptions } from '../assumptions.ts'
import type { ServerVersion } from '../version.ts'
import { LoadFailure } from './field-row.ts'

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
  readonly timeoutSeconds?: number | undefined
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
 * Reads a load's headers. With `inTransaction` the headers enclose, escape, skip_header and trim_space are ignored,
 * as the transaction interface does (0.8).
 * @throws {LoadFailure} with StarRocks' text when a header has no sense.
 */
export function loadParams(headers: IncomingHttpHeaders, inTransaction: boolean): LoadParams {
  const header = (name: string): string | undefined => {
    const value = headers[name]
    const text = Array.isArray(value) ? value[0] : value
    return text === undefined || text === '' ? undefined : text
  }
  refuseUnknown(header)
  const quoting = inTransaction ? () => undefined : header
  return {
    ...formatOf(header),
    columns: header('columns'),
    where: header('where'),
    columnSeparator: delimiter(header('column_separator') ?? '\t'),
    rowDelimiter: delimiter(header('row_delimiter') ?? '\n'),
    enclose: oneByte('enclose', quoting('enclose')),
    escape: oneByte('escape', quoting('escape')),
    skipHeader: Number(quoting('skip_header') ?? 0),
    trimSpace: isTrue(quoting('trim_space')),
    jsonpaths: header('jsonpaths'),
    jsonRoot: header('json_root'),
    stripOuterArray: isTrue(header('strip_outer_array')),
    ignoreJsonSize: isTrue(header('ignore_json_size')),
    maxFilterRatio: filterRatio(header('max_filter_ratio')),
    strictMode: strictMode(header('strict_mode')),
    partialUpdate: header('partial_update') === 'true',
    mergeCondition: header('merge_condition'),
    timeoutSeconds: timeout(header('timeout')),
    identity: JSON.stringify(identityHeaders.map(header)),
  }
}

/**
 * The same for a version that may not know all of it: a compressed JSON body is then read as it is, and fails (1.2).
 * @throws {LoadFailure} for a merge_condition with a partial update before 3.1.3 (3).
 */
export function paramsForVersion(params: LoadParams, version: ServerVersion): LoadParams {
  if (params.partialUpdate && params.mergeCondition !== undefined && !version.conditionalPartialUpdate) {
    throw new LoadFailure(assumptions.conditionalPartialUpdateText)
  }
  const isUnread = params.format === 'json' && params.compression !== undefined && !version.jsonCompression
  return isUnread ? { ...params, compression: undefined } : params
}

/** What StarRocks can do and the stand-in cannot must fail, not pass as an ordinary load. */
function refuseUnknown(header: (name: string) => string | undefined): void {
  if (header('partitions') !== undefined && header('temporary_partitions') !== undefined) {
    throw new LoadFailure('Can not specify both partitions and temporary partitions')
  }
  if (header('negative') === 'true') throw new LoadFailure('The stand-in has no negative')
  for (const name of ['envelope', 'partitions', 'temporary_partitions', 'channel_id']) {
    if (header(name) !== undefined) throw new LoadFailure(`The stand-in has no ${name}`)
  }
}

const isTrue = (text: string | undefined): boolean => text?.toLowerCase() === 'true'

function formatOf(header: (name: string) => string | undefined): Pick<LoadParams, 'format' | 'compression'> {
  const named = header('format')?.toLowerCase() ?? 'csv'
  const encoding = header('content-encoding')
  const compression = header('compression')
  if (encoding !== undefined && compression !== undefined) {
    throw new LoadFailure('Only one of http header content-encoding and compression can be set')
  }
  const codec = (encoding ?? compression)?.toLowerCase()
  if (named === 'csv' || named === 'json') return { format: named, compression: codec }
  const implied = compressedCsv[named]
  if (implied === undefined) throw new LoadFailure(`unknown data format, format=${header('format')}`)
  return { format: 'csv', compression: implied }
}

function strictMode(text: string | undefined): boolean {
  const lower = text?.toLowerCase() ?? 'false'
  if (lower !== 'true' && lower !== 'false') throw new LoadFailure('Invalid strict mode format. Must be bool type')
  return lower === 'true'
}

function filterRatio(text: string | undefined): number {
  const ratio = Number(text ?? 0)
  return Number.isFinite(ratio) ? ratio : 0
}

function timeout(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  if (!/^\d+$/.test(text)) throw new LoadFailure('Invalid timeout format')
  return Number(text)
}

function oneByte(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const bytes = delimiter(text)
  if (bytes.length !== 1) throw new LoadFailure(`The ${name} should be a single-byte character`)
  return bytes[0]
}

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
