import type { Clock } from '../clock.ts'
import type { Settings } from '../settings.ts'
import { forgetUnprepared, loseUnprepared } from '../txn/lost-transactions.ts'
import type { Transactions } from '../txn/transactions.ts'
import type { BackEnd, Cluster, FrontEnd } from './cluster.ts'
import type { NodeListener } from './node-listener.ts'

/** What happens to nodes is done to these. */
export interface ControlDeps {
  readonly cluster: Cluster
  readonly transactions: Transactions
  readonly settings: Settings
  readonly clock: Clock
  readonly frontEndListeners: ReadonlyMap<FrontEnd, readonly NodeListener[]>
  readonly backEndListeners: ReadonlyMap<BackEnd, NodeListener>
}

/** Kills, starts and restarts the nodes of the cluster, and moves the lead (reference/starrocks.md 2, 12). */
export class ClusterControl {
  readonly #deps: ControlDeps

  constructor(deps: ControlDeps) {
    this.#deps = deps
  }

  /** A BE restarts in no time: its PREPARE is lost, PREPARED is on disk. Without an id: all of them. */
  async restartBackEnd(id: number | undefined): Promise<object> {
    const { cluster, transactions, clock } = this.#deps
    const restarted = id === undefined ? cluster.backEnds : [this.#backEnd(id)]
    for (const backEnd of restarted) backEnd.startMs = clock.nowMs()
    return { lost: await loseUnprepared(transactions, coordinatorDown, id) }
  }

  /** A BE refuses connections; the FEs redirect to it until they miss its heartbeats. */
  async killBackEnd(id: number | undefined): Promise<object> {
    const { cluster, transactions, settings, clock, backEndListeners } = this.#deps
    const backEnd = id === undefined ? cluster.backEnds[0] : this.#backEnd(id)
    if (backEnd === undefined) return {}
    backEnd.isUp = false
    clock.after(settings.number('heartbeat_ms'), () => {
      if (backEnd.isUp) return
      backEnd.isAlive = false
      void loseUnprepared(transactions, coordinatorDown, backEnd.id).catch(() => undefined)
    })
    await backEndListeners.get(backEnd)?.close()
    return { killed: backEnd.id }
  }

  /** A killed BE comes back, and the FEs know it at once. What it had in PREPARE is lost. */
  async startBackEnd(id: number | undefined): Promise<object> {
    const { cluster, clock, transactions, backEndListeners } = this.#deps
    const backEnd = id === undefined ? cluster.backEnds[0] : this.#backEnd(id)
    if (backEnd === undefined || backEnd.isUp) return {}
    const lost = await loseUnprepared(transactions, coordinatorDown, backEnd.id)
    await backEndListeners.get(backEnd)?.open()
    Object.assign(backEnd, { isUp: true, isAlive: true, startMs: clock.nowMs() })
    return { started: backEnd.id, lost }
  }

  /** Another FE leads; one alone leads anew, as after a restart. */
  async switchLeader(): Promise<object> {
    const lost = await forgetUnprepared(this.#deps.transactions)
    return { leader: this.#deps.cluster.switchLeader().id, lost }
  }

  /** An FE refuses connections, MySQL too; if it led, another one does now. */
  async killFrontEnd(id: number | undefined): Promise<object> {
    const { cluster, frontEndListeners } = this.#deps
    const frontEnd = id === undefined ? cluster.leader : this.#frontEnd(id)
    frontEnd.isUp = false
    for (const listener of frontEndListeners.get(frontEnd) ?? []) await listener.close()
    const switched = cluster.leader === frontEnd ? await this.switchLeader() : {}
    return { killed: frontEnd.id, ...switched }
  }

  /** A killed FE comes back as a follower, or as the leader it still is when it is alone. */
  async startFrontEnd(id: number | undefined): Promise<object> {
    const { cluster, frontEndListeners } = this.#deps
    const frontEnd = id === undefined ? cluster.frontEnds.find(({ isUp }) => !isUp) : this.#frontEnd(id)
    if (frontEnd === undefined) return {}
    for (const listener of frontEndListeners.get(frontEnd) ?? []) await listener.open()
    frontEnd.isUp = true
    return { started: frontEnd.id }
  }

  #backEnd(id: number): BackEnd {
    const found = this.#deps.cluster.backEnd(id)
    if (found === undefined) throw new Error(`there is no BE ${id}`)
    return found
  }

  #frontEnd(id: number): FrontEnd {
    const found = this.#deps.cluster.frontEnds.find((frontEnd) => frontEnd.id === id)
    if (found === undefined) throw new Error(`there is no FE ${id}`)
    return found
  }
}

const coordinatorDown = 'coordinate BE is down'
