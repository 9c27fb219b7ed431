import type { SourceType } from '../../../core/table-schema.ts'
import type { ServerFeatures } from '../compiled-table.ts'
import type { ColumnCodec } from './column-codec.ts'
import type { RuleName } from './rule-catalogue.ts'

/** What a rule may depend on besides the source type. */
export interface RuleContext {
  readonly type: SourceType
  /** The column is part of the target's primary key. */
  readonly asKey: boolean
  readonly features: ServerFeatures
}

/**
 * One way of a source type into the target.
 *
 * `make` is given the numbers in the parentheses of a type that the user asked for (`[20, 4]` of `DECIMAL(20,4)`), empty
 * for the default; it answers with the codec, or with why these numbers cannot be.
 */
export interface Candidate {
  readonly rule: RuleName
  /** The StarRocks type without parentheses. */
  readonly base: string
  readonly keyable: boolean
  make(sizes: readonly number[], context: RuleContext): ColumnCodec | string
}

/** A candidate that is always the same codec; keyable when that codec is. */
export const fixed = (made: ColumnCodec): Candidate => ({
  rule: made.rule,
  base: made.targetType.replace(/\(.*/, ''),
  keyable: made.keySize !== null,
  make: () => made,
})

/** A VARCHAR of `bytes(context)`, or of the size that the user asked for. */
export function varchar(
  rule: RuleName,
  bytes: (context: RuleContext) => number,
  make: (limitBytes: number, asKey: boolean) => ColumnCodec,
): Candidate {
  return {
    rule,
    base: 'VARCHAR',
    keyable: true,
    make: (sizes, context) => {
      const most = context.features.maxVarcharBytes
      const wanted = sizes[0] ?? Math.min(bytes(context), most)
      if (wanted < 1 || wanted > most) return `VARCHAR takes 1 to ${most} bytes on this server`
      return make(wanted, context.asKey)
    },
  }
}
