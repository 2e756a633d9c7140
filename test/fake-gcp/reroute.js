// A preload, `node --import …/reroute.js`: every request for Google goes to the fake that STITCH_FAKE_GCP names, over
// plain HTTP and with the real host as the first part of the path. Whatever else would leave this machine throws.
import {syncBuiltinESMExports} from 'node:module'
import http from 'node:http'
import https from 'node:https'
import net from 'node:net'
import {Agent, Dispatcher, setGlobalDispatcher} from 'undici'

const fake = process.env['STITCH_FAKE_GCP'] || undefined
const GOOGLE = /(?:^|\.)(?:googleapis\.com|run\.app|cloudfunctions\.net|google\.com|google\.internal)$/
const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[?::1\]?|\[?::ffff:127(?:\.\d+){3}\]?)$/

function isGoogle(protocol, host) {
  return fake !== undefined && protocol === 'https:' && GOOGLE.test(host)
}

function refusal(host) {
  const why = fake === undefined ? 'STITCH_FAKE_GCP is not set' : 'only the fake may be spoken to'
  return Object.assign(new Error(`${host} was not connected to: ${why}.`), {code: 'ENETUNREACH'})
}

// undici 8 also sets the dispatcher of older versions and of Node's own fetch, wrapped to fit them.
class Reroute extends Dispatcher {
  #inner = new Agent()
  dispatch(options, handler) {
    const {protocol, hostname} = new URL(String(options.origin))
    // What must not leave is refused below, by the socket.
    const to = isGoogle(protocol, hostname) ? new URL(fake) : undefined
    if (to === undefined) return this.#inner.dispatch(options, handler)
    return this.#inner.dispatch({...options, origin: to.origin, path: `/${hostname}${options.path}`}, handler)
  }
  close(...given) {
    return this.#inner.close(...given)
  }
  destroy(...given) {
    return this.#inner.destroy(...given)
  }
}
setGlobalDispatcher(new Reroute())

// node-fetch, which gaxios and so google-auth-library use, and everything else over http and https.
const plain = {request: http.request, secure: https.request}
function wrap(original, protocol) {
  return function request(...given) {
    const callback = given.find((one) => typeof one === 'function')
    const [first, second] = given
    const url = typeof first === 'string' ? new URL(first) : first instanceof URL ? first : undefined
    const options = {...(url ? {...fromUrl(url), ...(typeof second === 'object' ? second : {})} : first)}
    const host = String(options.hostname ?? options.host ?? 'localhost').replace(/:\d+$/, '')
    if (options.socketPath) return original(...given)
    if (!isGoogle(options.protocol ?? protocol, host)) return original(...given)
    const to = new URL(fake)
    const {agent: _agent, host: _host, servername: _name, defaultPort: _port, ...rest} = options
    const away = {protocol: 'http:', hostname: to.hostname, port: to.port, path: `/${host}${options.path ?? '/'}`}
    return plain.request({...rest, ...away}, callback)
  }
}
function fromUrl({protocol, hostname, port, pathname, search}) {
  return {protocol, hostname, ...(port ? {port} : {}), path: pathname + search}
}
http.request = wrap(plain.request, 'http:')
https.request = wrap(plain.secure, 'https:')
for (const module of [http, https]) {
  module.get = (...given) => {
    const request = module.request(...given)
    request.end()
    return request
  }
}

// Below all that: no socket leads off this machine, whoever opens it (gRPC, TLS, a dispatcher of its own).
// oxlint-disable-next-line typescript/unbound-method -- it is called with the socket it was called on
const connect = net.Socket.prototype.connect
net.Socket.prototype.connect = function guarded(...given) {
  const [first, second] = Array.isArray(given[0]) ? given[0] : given
  const host = typeof first === 'object' ? first?.host : typeof second === 'string' ? second : undefined
  if (typeof host !== 'string' || typeof first?.path === 'string' || LOOPBACK.test(host))
    return connect.apply(this, given)
  process.nextTick(() => this.destroy(refusal(host)))
  return this
}

// So that `import {request} from 'node:https'` sees the same as `require('https').request`.
syncBuiltinESMExports()
