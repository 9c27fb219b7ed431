/** One front end: an HTTP and a MySQL listener. Follower and leader share everything that is stored. */
export interface FrontEnd {
  /** 1 for the first. */
  readonly id: number
  readonly startMs: number
  httpPort: number
  mysqlPort: number
  /** Whether its listeners answer. */
  isUp: boolean
}

/** One back end: an HTTP listener. */
export interface BackEnd {
  readonly id: number
  startMs: number
  httpPort: number
  /** Whether its listener answers. */
  isUp: boolean
  /** Whether the front ends believe so: they notice a death by missed heartbeats. */
  isAlive: boolean
}

/** The nodes that the stand-in plays, and who leads (reference/starrocks.md 1.1). */
export class Cluster {
  readonly host: string
  readonly frontEnds: readonly FrontEnd[]
  readonly backEnds: readonly BackEnd[]
  #leader: FrontEnd
  #nextBackEnd = 0

  constructor(shape: {
    readonly host: string
    readonly frontEnds: number
    readonly backEnds: number
    readonly nowMs: number
  }) {
    const { host, nowMs } = shape
    this.host = host
    this.frontEnds = Array.from({ length: shape.frontEnds }, (_, index) => ({
      id: index + 1,
      startMs: nowMs,
      httpPort: 0,
      mysqlPort: 0,
      isUp: true,
    }))
    this.backEnds = Array.from({ length: shape.backEnds }, (_, index) => ({
      id: 10001 + index,
      startMs: nowMs,
      httpPort: 0,
      isUp: true,
      isAlive: true,
    }))
    const [first] = this.frontEnds
    if (first === undefined || this.backEnds.length === 0) throw new Error('a cluster has a front end and a back end')
    this.#leader = first
  }

  get leader(): FrontEnd {
    return this.#leader
  }

  /** The next front end that is up leads; with one alone it leads anew, as after its restart. */
  switchLeader(): FrontEnd {
    const { id } = this.#leader
    const after = [...this.frontEnds.slice(id), ...this.frontEnds.slice(0, id)]
    this.#leader = after.find(({ isUp }) => isUp) ?? this.#leader
    return this.#leader
  }

  /** The back ends that the front ends believe to be alive. */
  get aliveBackEnds(): readonly BackEnd[] {
    return this.backEnds.filter(({ isAlive }) => isAlive)
  }

  /** The next of them, in turn; undefined when there is none. */
  chooseBackEnd(): BackEnd | undefined {
    const alive = this.aliveBackEnds
    return alive[this.#nextBackEnd++ % Math.max(1, alive.length)]
  }

  backEnd(id: number): BackEnd | undefined {
    return this.backEnds.find((backEnd) => backEnd.id === id)
  }

  /** `host:port` of a node's HTTP listener. */
  address(node: { readonly httpPort: number }): string {
    return `${this.host}:${node.httpPort}`
  }
}
