/** A literal as written: `quoted` ones have no type until they meet a column, as in PostgreSQL. */
export interface LiteralNode {
  readonly tag: 'literal'
  readonly form: 'quoted' | 'number' | 'boolean' | 'null'
  readonly text: string
  /** The type it was cast to, as written and in lower case. */
  readonly castTo: string | null
  readonly position: number
}

/** A column by name. `collation` is what COLLATE named. */
export interface ColumnNode {
  readonly tag: 'column'
  readonly name: string
  readonly position: number
}

/** Operators of order and equality. */
export type ComparisonOperator = '=' | '<>' | '<' | '<=' | '>' | '>='

/** A predicate as it was parsed, with the place of each part for messages. */
export type PredicateNode =
  | LiteralNode
  | ColumnNode
  | { readonly tag: 'collate'; readonly of: PredicateNode; readonly collation: string; readonly position: number }
  | {
      readonly tag: 'compare'
      readonly operator: ComparisonOperator
      readonly left: PredicateNode
      readonly right: PredicateNode
      readonly position: number
    }
  | {
      readonly tag: 'like'
      readonly value: PredicateNode
      readonly pattern: PredicateNode
      readonly ignoreCase: boolean
      readonly position: number
    }
  | {
      readonly tag: 'is'
      readonly of: PredicateNode
      readonly what: 'null' | 'true' | 'false' | 'unknown'
      readonly position: number
    }
  | { readonly tag: 'and' | 'or'; readonly parts: readonly PredicateNode[]; readonly position: number }
  | { readonly tag: 'not'; readonly of: PredicateNode; readonly position: number }
