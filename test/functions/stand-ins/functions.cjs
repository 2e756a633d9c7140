// A bundle's stand-in: small functions that do on request what real ones do only on bad days.
const {setTimeout: sleep} = require('node:timers/promises')

if (process.env.AT_LOAD === 'throw') throw new Error('the bundle is broken')
if (process.env.AT_LOAD === 'hang') for (;;);

process.on('exit', () => process.stdout.write('last line before the end\n'))

async function serve(request, response) {
  const url = new URL(request.url, 'http://function')
  if (url.pathname === '/die' && url.searchParams.has('signal'))
    process.kill(process.pid, url.searchParams.get('signal'))
  else if (url.pathname === '/die') process.exit(3)
  if (url.pathname === '/print') process.stdout.write(`${request.rawBody}\n`)
  await sleep(Number(url.searchParams.get('ms') ?? 0))
  response.set('x-version', process.env.VERSION ?? 'none')
  response.status(Number(url.searchParams.get('status') ?? 200)).json({
    version: process.env.VERSION,
    port: request.socket.localPort,
    method: request.method,
    path: request.url,
    traceparent: request.headers.traceparent,
    body: request.rawBody?.toString(),
    secretOnCommandLine: process.argv
      .concat(process.execArgv)
      .some((word) => word.includes(process.env.SECRET ?? '\0')),
    environment: Object.keys(process.env),
  })
}

exports.lookup = serve
exports.worker = serve
