import type { Catalog } from '../catalog/catalog.ts'

/** What a query's names mean. */
export interface QueryEnvironment {
  readonly catalog: Catalog
  readonly database: string | undefined
  readonly user: string
  /** The value of a system or user variable; undefined when there is none. */
  readonly variable: (name: string) => string | undefined
}
