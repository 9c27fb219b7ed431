import { MASK, type Secret } from '../../../config/secret.ts'

/** A shorter secret would hide parts of ordinary words. */
const SHORTEST = 4

/** A text of others without the secrets that they may have repeated, also as they stand in an address. */
export function scrub(text: string, secrets: readonly Secret[]): string {
  let clean = text
  for (const secret of secrets) {
    for (const form of formsOf(secret.reveal())) {
      if (form.length >= SHORTEST) clean = clean.replaceAll(form, MASK)
    }
  }
  return clean
}

function formsOf(value: string): readonly string[] {
  const forms = [value, encodeURIComponent(value)]
  if (!URL.canParse(value)) return forms
  // Of an address the path is what must not be known.
  const { pathname, search, href } = new URL(value)
  return [...forms, href, `${pathname}${search}`, pathname].toSorted((a, b) => b.length - a.length)
}
