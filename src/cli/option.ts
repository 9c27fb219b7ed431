import { UsageError } from './usage-error.ts'

/** A declared option of a command. One without a placeholder is a flag. */
export interface Option<T> {
  /** Long name without dashes. */
  readonly name: string
  readonly short?: string | undefined
  /** What stands for the value in help: `FILE`. */
  readonly placeholder?: string | undefined
  readonly doc: string
  /** Reads the value; undefined when the option is not given, `''` for a flag. @throws {UsageError} */
  read(raw: string | undefined): T
}

/** An option that is there or not. */
export function flag(name: string, doc: string, short?: string): Option<boolean> {
  return { name, short, doc, read: (raw) => raw !== undefined }
}

/** An option with a text. */
export function textOption(name: string, placeholder: string, doc: string, short?: string): Option<string | undefined> {
  return { name, short, placeholder, doc, read: (raw) => raw }
}

/** An option with a whole number of at least `least`. */
export function numberOption(
  name: string,
  placeholder: string,
  doc: string,
  least: number,
): Option<number | undefined> {
  return {
    name,
    placeholder,
    doc,
    read(raw) {
      if (raw === undefined) return undefined
      if (/^\d{1,9}$/.test(raw) && Number(raw) >= least) return Number(raw)
      throw new UsageError(`--${name} takes a whole number of at least ${least}, not ${JSON.stringify(raw)}`)
    },
  }
}

/** For output that a program reads. */
export const jsonFlag: Option<boolean> = flag('json', 'Print JSON.')
