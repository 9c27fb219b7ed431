/**
 * How keys of the configuration are declared: each with its documentation, its default and its kind of value, in one
 * place. Parsing, the manual page, suggestions and the hiding of secrets all read these declarations.
 */
import { z } from 'zod'

/** What a value looks like in the file; what is not known to zod but needed by the manual, suggestions and masking. */
export type Structure =
  | {
      readonly tag: 'scalar'
      /** For people: `duration`, `hard | soft`. */
      readonly display: string
      /** `password`: an address whose password is hidden. `whole`: hidden as a whole. */
      readonly secret: 'no' | 'password' | 'whole'
    }
  | {
      readonly tag: 'section'
      readonly keys: Readonly<Record<string, z.ZodType>>
      /** A lone text instead of the mapping stands for this key. */
      readonly mainKey?: string | undefined
    }
  | {
      readonly tag: 'list'
      readonly item: Structure
      /** One item may stand without the list around it. */
      readonly orSingle: boolean
    }
  | { readonly tag: 'map'; readonly value: Structure }

/** A kind of value: how it is read from the file's text, and what it looks like. */
export interface Kind<T> {
  readonly schema: z.ZodType<T>
  readonly structure: Structure
}

/** A declared key. */
export interface Declaration {
  readonly doc: string
  readonly structure: Structure
  readonly presence: 'required' | 'optional'
  /** As it would stand in the file, or a sentence about what it is reckoned from. */
  readonly defaultText?: string | undefined
  /** Set when the key is accepted but has no effect in this version: says so, and is shown as a warning. */
  readonly notInForce?: string | undefined
}

const declarations = new WeakMap<z.ZodType, Declaration>()

/** The declaration of a key's schema. @throws {TypeError} for a schema that was not declared by this file. */
export function declarationOf(schema: z.ZodType): Declaration {
  const declaration = declarations.get(schema)
  if (!declaration) throw new TypeError('a key of the configuration is not declared')
  return declaration
}

/** Words about a key. */
export interface KeyWords {
  readonly doc: string
  readonly defaultText?: string | undefined
  readonly notInForce?: string | undefined
}

/** Declares a key that must be given. */
export function required<T>(kind: Kind<T>, doc: string): z.ZodType<T> {
  const schema = kind.schema.clone()
  declarations.set(schema, { doc, structure: kind.structure, presence: 'required' })
  return schema
}

/** Declares a key that may be absent. */
export function optional<T>(kind: Kind<T>, words: KeyWords): z.ZodOptional<z.ZodType<T>> {
  const schema = kind.schema.optional()
  declarations.set(schema, { ...words, structure: kind.structure, presence: 'optional' })
  return schema
}

/** Declares a key with a default, written as it would stand in the file. */
export function defaulted<T>(kind: Kind<T>, fallback: string, words: KeyWords): z.ZodType<T> {
  const schema = kind.schema.prefault(fallback)
  declarations.set(schema, { defaultText: fallback, ...words, structure: kind.structure, presence: 'optional' })
  return schema
}

/** Declares a section or map all of whose content may be absent. */
export function defaultedSection<T>(kind: Kind<T>, words: KeyWords): z.ZodType<T> {
  const schema = kind.schema.prefault({})
  declarations.set(schema, { ...words, structure: kind.structure, presence: 'optional' })
  return schema
}

/** Reports a mistake that concerns several keys, at one of them or at a path below. */
export type Refuse = (key: string | readonly PropertyKey[], message: string) => void

/**
 * A mapping of declared keys; unknown ones are refused. `build` turns the read keys into the typed form.
 * A lone text stands for `mainKey`, if there is one.
 */
export function section<S extends Readonly<Record<string, z.ZodType>>, T>(
  keys: S,
  build: (yaml: z.output<z.ZodObject<S, z.core.$strict>>, refuse: Refuse) => T,
  mainKey?: string & keyof S,
): Kind<T> {
  const schema = z.strictObject(keys).transform((yaml, context): T => {
    return build(yaml, (key, message) => {
      const path = typeof key === 'string' ? [key] : [...key]
      context.addIssue({ code: 'custom', path, message, params: { about: 'key' } })
    })
  })
  const whole = (value: unknown): unknown => {
    if (typeof value === 'string' && mainKey !== undefined) return { [mainKey]: value }
    // An empty value (`sync:` with every line below commented out) is an empty section.
    return value ?? {}
  }
  return { schema: z.preprocess(whole, schema), structure: { tag: 'section', keys, mainKey } }
}

/** A list of at least one item. */
export function list<T>(item: Kind<T>): Kind<readonly T[]> {
  return { schema: z.array(item.schema).min(1), structure: { tag: 'list', item: item.structure, orSingle: false } }
}

/** A list, or one item without the list around it. */
export function oneOrMore<T>(item: Kind<T>): Kind<readonly T[]> {
  const whole = (value: unknown): unknown => (typeof value === 'string' ? [value] : value)
  const schema = z.preprocess(whole, z.array(item.schema).min(1))
  return { schema, structure: { tag: 'list', item: item.structure, orSingle: true } }
}

/** A mapping from names that the user chooses to values of one kind. */
export function map<T>(value: Kind<T>): Kind<Readonly<Record<string, T>>> {
  const schema = z.preprocess((input) => input ?? {}, z.record(z.string(), value.schema))
  return { schema, structure: { tag: 'map', value: value.structure } }
}

/**
 * A scalar: `read` turns its text into the value. @throws {RangeError} from `read`: a sentence that goes on after the value;
 * `start` and `end` of the error, if it has them, are the part of the text that is to blame.
 */
export function scalar<T>(
  display: string,
  read: (text: string) => T,
  secret: 'no' | 'password' | 'whole' = 'no',
): Kind<T> {
  const schema = z.string().transform((text, context): T => {
    try {
      return read(text)
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
      const span = 'start' in error && 'end' in error ? { start: error.start, end: error.end } : undefined
      context.addIssue({ code: 'custom', message: error.message, params: { span } })
      return z.NEVER
    }
  })
  return { schema, structure: { tag: 'scalar', display, secret } }
}
