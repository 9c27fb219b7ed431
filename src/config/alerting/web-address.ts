import { scalar, type Kind } from '../declaration.ts'
import { secret, type Secret } from '../secret.ts'

function checkAddress(value: string): void {
  const protocol = URL.canParse(value) ? new URL(value).protocol : ''
  if (protocol !== 'https:' && protocol !== 'http:')
    throw new RangeError('is not an address such as https://example.com/hook')
}

/** An http(s) address that is itself a secret: whoever knows it can post. */
export const secretAddress: Kind<Secret> = scalar(
  'http(s) address, secret',
  (value) => {
    checkAddress(value)
    return secret(value)
  },
  'whole',
)

/** An http(s) address that may be shown, without a slash at its end. Credentials in it are refused. */
export const webAddress: Kind<string> = scalar(
  'http(s) address',
  (value) => {
    checkAddress(value)
    const { username, password } = new URL(value)
    if (username !== '' || password !== '') throw new RangeError('must not contain a user or password')
    return value.replace(/\/+$/, '')
  },
  'password',
)
