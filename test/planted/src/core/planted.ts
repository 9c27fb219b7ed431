/** What the other planted files import. No rule fires on it. */
export class Planted {
  readonly name = 'planted'
}
