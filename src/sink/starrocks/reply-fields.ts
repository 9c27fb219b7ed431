/** What a JSON answer of a load interface says; a field that was not there is absent. */
export interface ReplyFields {
  /** `Status`, or `status` of `get_load_state` and of front-end errors. */
  readonly status: string
  readonly message: string
  /** Kept as text: it may exceed 2^53. */
  readonly txnId?: string | undefined
  readonly label?: string | undefined
  readonly existingJobStatus?: string | undefined
  readonly errorUrl?: string | undefined
  /** `state` of `get_load_state`. */
  readonly state?: string | undefined
  readonly loadedRows?: number | undefined
  readonly filteredRows?: number | undefined
}

/** Reads an answer; null when it is no JSON object. Numbers keep their digits: they are taken from the text. */
export function parseReplyFields(body: string): ReplyFields | null {
  const fields = parseFlatObject(body)
  if (fields === null) return null
  return {
    status: fields.get('Status') ?? fields.get('status') ?? '',
    message: firstFilled(fields.get('Message'), fields.get('message'), fields.get('msg'), fields.get('reason')),
    txnId: fields.get('TxnId'),
    label: fields.get('Label'),
    existingJobStatus: fields.get('ExistingJobStatus'),
    errorUrl: fields.get('ErrorURL') === '' ? undefined : fields.get('ErrorURL'),
    state: fields.get('state'),
    loadedRows: asCount(fields.get('NumberLoadedRows')),
    filteredRows: asCount(fields.get('NumberFilteredRows')),
  }
}

function firstFilled(...texts: readonly (string | undefined)[]): string {
  return texts.find((text) => text !== undefined && text !== '') ?? ''
}

function asCount(text: string | undefined): number | undefined {
  return text === undefined || !/^\d+$/.test(text) ? undefined : Number(text)
}

/** The scalars at the top of a JSON object, as texts. */
function parseFlatObject(body: string): Map<string, string> | null {
  let value: unknown
  try {
    value = JSON.parse(body, keepDigits)
  } catch {
    return null
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  const texts = Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  return new Map(texts)
}

/** JSON.parse hands over the source text of a number as a third argument. */
function keepDigits(_key: string, value: unknown, ...context: readonly { readonly source?: string }[]): unknown {
  return typeof value === 'number' ? (context[0]?.source ?? String(value)) : value
}
