// Stands in for firebase-tools where a test is about its process: does what the project's name says.
const {spawn} = require('node:child_process')
const {writeFileSync} = require('node:fs')
const path = require('node:path')

let transport
const log = (level, ...parts) => transport.write({level, message: parts[0], [Symbol.for('splat')]: parts.slice(1)})

exports.logger = {logger: {add: (added) => (transport = added)}}

exports.deploy = async (options) => {
  log('info', 'i  functions:', 'deploying', undefined)
  if (options.project === 'echo') {
    const {tokens, ...rest} = options
    log('info', JSON.stringify(rest))
    log('debug', tokens.access_token)
    process.stdout.write(`${JSON.stringify({argv: process.argv.slice(2), env: process.env})}\n`)
  }
  if (options.project === 'fails')
    throw Object.assign(new Error('There was an error deploying functions'), {
      children: [Object.assign(new Error('Failed to create function f'), {original: new Error('Build failed')})],
    })
  if (options.project === 'exits') process.exit(3)
  if (options.project === 'hangs') {
    // A process of its own, as a package manager would be.
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
    writeFileSync(path.join(options.cwd, 'pids'), `${process.pid} ${other.pid}`)
    log('info', 'hanging')
    await new Promise(() => setInterval(() => {}, 1000))
  }
}
