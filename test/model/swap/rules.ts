/** The rules of statements that destroy (design.md section 3, and the swap that ends a resync), each one a switch. */
export interface Rules {
  /** A TRUNCATE is a swap with an empty table of its own, never a statement on the live name alone. */
  readonly ownObject: boolean
  /** The object's name is unique to epoch, number and attempt. */
  readonly uniqueName: boolean
  /** A successor takes every object of an older epoch away: drops it, or gives it a name of its own epoch. */
  readonly takeAway: boolean
  /** Each statement is sent only under a valid answer about the slot's owner. */
  readonly ownStatement: boolean
  /** A successor waits until its predecessor's last answer is over. */
  readonly successorWaits: boolean
  /** A SWAP in doubt is never sent again for the same object: a second one undoes the first. */
  readonly swapOnce: boolean
  /** The row moves only after the swap. */
  readonly swapBeforeRow: boolean
  /** A mark that is part of the table, and so is swapped with it, tells which one is live. */
  readonly marker: boolean
  /** The object is taken away first and looked at then. */
  readonly fenceBeforeLook: boolean
}

/** The protocol: no hole planted. */
export const allRules: Rules = {
  ownObject: true,
  uniqueName: true,
  takeAway: true,
  ownStatement: true,
  successorWaits: true,
  swapOnce: true,
  swapBeforeRow: true,
  marker: true,
  fenceBeforeLook: true,
}

/** How often each fault may strike: a lost reply, a late request, a killed process, the slot taken from a stopped one. */
export interface Faults {
  readonly lost: number
  readonly late: number
  readonly kill: number
  readonly timeout: number
}

/** `truncate`: a source TRUNCATE between two inserts. `resync`: a damaged live table and a sound shadow of it. */
export interface World {
  readonly rules: Rules
  readonly faults: Faults
  readonly scenario: 'truncate' | 'resync'
  /** Attempts that one statement has; the process ends after them. */
  readonly attempts: number
}
