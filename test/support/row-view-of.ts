import { KIND_NULL, KIND_TEXT, KIND_UNCHANGED, RowView } from '../../src/core/row-view.ts'

/** A view of texts: null is NULL, undefined is unchanged. */
export function rowViewOf(values: readonly (string | null | undefined)[]): RowView {
  const view = new RowView(values.length)
  const bytes = values.map((value) => Buffer.from(value ?? ''))
  view.reset(Buffer.concat(bytes), values.length)
  let offset = 0
  for (const [column, value] of values.entries()) {
    const length = bytes[column]?.length ?? 0
    view.kinds[column] = value === null ? KIND_NULL : value === undefined ? KIND_UNCHANGED : KIND_TEXT
    view.starts[column] = offset
    view.lengths[column] = length
    if (value === undefined) view.unchangedCount++
    offset += length
  }
  return view
}
