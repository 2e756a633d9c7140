/**
 * Loaded into a function's process before functions-framework, which has no option for it: servers listen on loopback
 * unless they say otherwise, the real port is told to the parent (so that PORT may be 0), and the process ends when the
 * parent is gone, however that ended. It must not import anything of ours: the process is the function's.
 */
import net from 'node:net'

type Listen = (this: net.Server, ...args: unknown[]) => net.Server

// oxlint-disable-next-line typescript/unbound-method -- it is called with the server it was called on
const listen = net.Server.prototype.listen as Listen

/** A port is a number, or digits as they come from the environment; anything else (a pipe, a handle) stays as it is. */
const isPort = (value: unknown): boolean => typeof value === 'number' || /^\d+$/.test(String(value))

const listenOnLoopback: Listen = function (...args) {
  this.once('listening', () => {
    const address = this.address()
    if (address && typeof address === 'object') process.send?.({listening: address.port})
  })
  return listen.call(
    this,
    ...(isPort(args[0]) && typeof args[1] !== 'string' ? [args[0], '127.0.0.1', ...args.slice(1)] : args),
  )
}

net.Server.prototype.listen = listenOnLoopback as typeof net.Server.prototype.listen

process.on('disconnect', () => process.exit())
// The function alone decides how long its process lives, as in the cloud.
process.channel?.unref()
