import type pg from 'pg'
import { fillStatements, shopSize, type ShopSize } from './shop-data.ts'
import { CREATE_SHOP } from './shop-schema.ts'

/** How large the shop is, and which one of all. */
export interface ShopOptions {
  /** 1 is a third of a million rows. */
  readonly scale: number
  readonly seed: number
}

/** Makes the shop's tables and their first rows in an empty database. Returns how many of each there are. */
export async function createShop(client: pg.Client, options: ShopOptions): Promise<ShopSize> {
  const size = shopSize(options.scale)
  await client.query(CREATE_SHOP)
  for (const statement of fillStatements(size, options.seed)) await client.query(statement)
  return size
}
