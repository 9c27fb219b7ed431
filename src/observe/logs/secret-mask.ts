import { maskCredentials } from '../../config/mask-credentials.ts'
import { MASK } from '../../config/secret.ts'

/** Shorter texts are part of many words: hiding them would tear lines to pieces, and tell what the secret is. */
const SHORTEST = 4

/** A secret in the forms in which messages of drivers and servers repeat it. */
function formsOf(secret: string): readonly string[] {
  const base64 = Buffer.from(secret).toString('base64').replace(/=+$/, '')
  return [...new Set([secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), base64])]
}

/** Hides secrets in texts that others wrote. */
export interface SecretMask {
  /** Whether a line of JSON may hold something to hide: never false when {@link hide} would change one of its texts. */
  mayHold(json: string): boolean
  readonly hide: (text: string) => string
}

/**
 * Hides secrets in texts that others wrote: every given one of at least 4 characters, as it is, percent-encoded, as JSON or in base64,
 * and whatever stands as a password in an address.
 */
export function secretMask(secrets: readonly string[]): SecretMask {
  const hidden = secrets
    .filter((secret) => secret.length >= SHORTEST)
    .flatMap(formsOf)
    .toSorted((a, b) => b.length - a.length)
  // In a line of JSON a text stands escaped.
  const escaped = [...new Set(hidden.map((form) => JSON.stringify(form).slice(1, -1)))]
  return {
    mayHold: (json) => json.includes('://') || escaped.some((form) => json.includes(form)),
    hide: (text) => {
      let shown = text
      for (const secret of hidden) if (shown.includes(secret)) shown = shown.replaceAll(secret, MASK)
      return maskCredentials(shown)
    },
  }
}
