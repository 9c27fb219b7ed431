import { MASK } from './secret.ts'

const USER_INFO = /(\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@"']*:)([^\s"']*)(?=@)/gi

/** Hides the password in every `scheme://user:password@host` of a text that others wrote (messages of drivers and servers). */
export function maskCredentials(text: string): string {
  return text.includes('://') ? text.replace(USER_INFO, `$1${MASK}`) : text
}
