import { nearestName } from '../nearest-name.ts'
import { scalar, type Kind } from '../declaration.ts'

/** The name of a time zone of the IANA database. */
export const zoneName: Kind<string> = scalar('time zone', (value) => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: value }).resolvedOptions().timeZone
  } catch (error) {
    const near = nearestName(value, Intl.supportedValuesOf('timeZone'))
    const hint = near === undefined ? ' such as Europe/Vienna' : `; did you mean ${near}?`
    throw new RangeError(`is not a time zone${hint}`, { cause: error })
  }
})
