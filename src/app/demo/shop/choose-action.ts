import type { Random } from '../../../core/clock.ts'
import {
  amendAudit,
  browse,
  changeMind,
  emptyCart,
  forgetEvents,
  giveUp,
  reconsider,
  usePromotion,
} from './more-shop-actions.ts'
import { chooseWeighted } from './seeded-random.ts'
import {
  cancelOrder,
  editDocument,
  moveVisit,
  placeOrder,
  renumberDocument,
  rewriteDocument,
  shipOrder,
  swapSkus,
  transfer,
  type ShopAction,
} from './shop-actions.ts'

const ACTIONS: readonly (readonly [weight: number, action: ShopAction])[] = [
  [20, placeOrder],
  [12, shipOrder],
  [6, cancelOrder],
  [20, transfer],
  [12, browse],
  [5, editDocument],
  [2, rewriteDocument],
  [2, renumberDocument],
  [3, swapSkus],
  [4, moveVisit],
  [3, emptyCart],
  [3, forgetEvents],
  [3, changeMind],
  [4, amendAudit],
  [3, giveUp],
  [3, reconsider],
  [4, usePromotion],
]

/** What happens next in the shop. */
export function chooseAction(random: Random): ShopAction {
  return chooseWeighted(random, ACTIONS)
}
