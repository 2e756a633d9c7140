import {GrpcStatus} from './status.ts'

/**
 * Tells a call that it must end before its answer. Most calls are answered at once and never ask for the signal, so it is
 * only made for those that do: signals, and errors to abort them with, took a tenth of the time of a read.
 */
export type Cancellation = {
  /** Why, if it must end. */
  readonly reason: GrpcStatus | undefined
  readonly signal: AbortSignal
  /** Only the first one counts. */
  readonly cancel: (code: number, message: string) => void
}

export function createCancellation(): Cancellation {
  let reason: GrpcStatus | undefined
  let controller: AbortController | undefined
  return {
    get reason() {
      return reason
    },
    get signal() {
      if (!controller) {
        controller = new AbortController()
        if (reason) controller.abort(reason)
      }
      return controller.signal
    },
    cancel: (code, message) => {
      if (reason) return
      reason = new GrpcStatus(code, message)
      controller?.abort(reason)
    },
  }
}
