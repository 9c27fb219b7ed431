import type { Readable } from 'node:stream'
import { createGunzip, createInflate, createZstdDecompress } from 'node:zlib'
import { assumptions } from '../assumptions.ts'
import { LoadFailure } from '../load/field-row.ts'
import type { LoadParams } from '../load/load-params.ts'
import type { TableLoad } from '../load/table-load.ts'
import type { Transaction } from '../txn/transaction.ts'
import type { TxnLimits } from '../txn/txn-limits.ts'
import { TxnRefusal } from '../txn/txn-refusal.ts'
import type { HttpContext } from './context.ts'
import type { Exchange } from './server.ts'

/**
 * Lets the client send its body and feeds it to the load, piece by piece as it arrives.
 * @returns the bytes received.
 * @throws {LoadFailure} when the body cannot be read, ends early (reference/starrocks.md 1.1) or is too large.
 */
export async function readBody(
  { transactions }: HttpContext,
  exchange: Exchange,
  { load, txn }: { readonly load: TableLoad; readonly txn: Transaction },
): Promise<number> {
  if (exchange.expectsContinue) exchange.response.writeContinue()
  let received = 0
  try {
    for await (const piece of decompressed(exchange.request, load.params)) {
      if (!Buffer.isBuffer(piece)) continue
      received += piece.length
      if (txn.isFinal) throw new LoadFailure('current transaction is aborted')
      cutEndless(transactions.limits, exchange, received)
      transactions.limits.checkReceived(txn, load.params, { piece: piece.length, body: received })
      await load.write(piece)
    }
  } catch (error) {
    if (error instanceof LoadFailure || error instanceof TxnRefusal) {
      exchange.request.resume()
      throw error
    }
    throw new LoadFailure("receive body don't equal with body bytes", { cause: error })
  } finally {
    exchange.entry['bodyBytes'] = received
  }
  load.endBody()
  return received
}

/** A body of unannounced length has its limit too (reference/starrocks.md 1.8). */
function cutEndless(limits: TxnLimits, { request }: Exchange, received: number): void {
  if (request.headers['content-length'] !== undefined || received <= limits.maxBodyBytes) return
  if (assumptions.longChunkedBodyIsCut) request.socket.destroy()
  throw new LoadFailure('body of a chunked request exceed limit')
}

/** The whole body of a request whose rows are not read as they come. */
export async function wholeBody(exchange: Exchange): Promise<Buffer> {
  if (exchange.expectsContinue) exchange.response.writeContinue()
  const pieces: Buffer[] = []
  for await (const piece of exchange.request) if (Buffer.isBuffer(piece)) pieces.push(piece)
  const body = Buffer.concat(pieces)
  exchange.entry['bodyBytes'] = body.length
  return body
}

function decompressed(body: Readable, params: LoadParams): Readable {
  switch (params.compression) {
    case undefined:
      return body
    case 'gzip':
      return body.pipe(createGunzip())
    case 'deflate':
      return body.pipe(createInflate())
    case 'zstd':
      return body.pipe(createZstdDecompress())
    default:
      throw new LoadFailure(`The stand-in cannot decompress ${params.compression}; it knows gzip, deflate and zstd`)
  }
}

/** Drains a body that nobody wants, so that the reply can be read by a client that sent it unasked. */
export function refuseBody(exchange: Exchange): void {
  if (!exchange.expectsContinue) exchange.request.resume()
}
