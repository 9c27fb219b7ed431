import type { IncomingMessage, ServerResponse } from 'node:http'

/** A request as a resource sees it. */
export interface ApiRequest {
  readonly url: URL
  readonly raw: IncomingMessage
  /** What the pattern's `:name` parts stand for, decoded. */
  readonly parameters: Readonly<Record<string, string>>
}

/** Answers one request. What it throws becomes a 500 without details. */
export type Handler = (request: ApiRequest, response: ServerResponse) => Promise<void> | void

/** Something that can be asked for over HTTP. */
export interface Resource {
  /** Names it in metrics. */
  readonly name: string
  /** `/health/group/:name`; a `*` at the end stands for anything. */
  readonly path: string
  readonly get?: Handler | undefined
  readonly put?: Handler | undefined
  readonly post?: Handler | undefined
}
