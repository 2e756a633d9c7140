import {once} from 'node:events'
import {createServer, type AddressInfo} from 'node:net'
import {describe, expect, test} from 'vitest'
import {choosePort, probePort, resolvePort, type NamedPortWish, type PortState} from '#runtime/engine/ports.ts'

const wish = (over: Partial<NamedPortWish>): NamedPortWish => ({
  port: 8080,
  explicit: false,
  what: 'Firestore',
  flag: '--firestore-port',
  ...over,
})

/** All ports are free but these. */
function probeOf(states: Readonly<Record<number, PortState>>) {
  return async (port: number): Promise<PortState> => states[port] ?? 'free'
}

async function occupyPort() {
  const server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const {port} = server.address() as AddressInfo
  return {port, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]()}
}

describe('choosing a port', () => {
  test.each([
    {
      title: 'a free default port is used as it is',
      given: wish({}),
      states: {},
      chosen: {kind: 'use', port: 8080, changes: []},
    },
    {
      title: 'a taken default port moves on and both numbers are said',
      given: wish({}),
      states: {8080: 'taken', 8081: 'denied'} as const,
      chosen: {kind: 'use', port: 8082, changes: ['Port 8080 is taken, so Firestore uses 8082.']},
    },
    {
      title: 'a taken explicit port stops',
      given: wish({explicit: true}),
      states: {8080: 'taken'} as const,
      chosen: {kind: 'stop', port: 8080, state: 'taken'},
    },
    {
      title: 'an explicit port that this user may not open stops',
      given: wish({port: 80, explicit: true}),
      states: {80: 'denied'} as const,
      chosen: {kind: 'stop', port: 80, state: 'denied'},
    },
    {
      title: '0 is any free port, even when explicit',
      given: wish({port: 0, explicit: true}),
      states: {},
      chosen: {kind: 'use', port: 0, changes: []},
    },
    {
      title: 'the last port has no neighbours to move to',
      given: wish({port: 65_535}),
      states: {65_535: 'taken'} as const,
      chosen: {kind: 'use', port: 0, changes: ['Ports 65535 to 65535 are taken, so Firestore uses any free one.']},
    },
  ])('$title', async ({given, states, chosen}) => {
    expect(await choosePort(given, probeOf(states))).toEqual(chosen)
  })
})

describe('resolving a port', () => {
  test('any free port can really be opened', async () => {
    const port = await resolvePort(wish({port: 0}), () => {})
    expect(await probePort(port)).toBe('free')
  })

  test('a taken default port is reported in one line', async () => {
    await using taken = await occupyPort()
    const lines: string[] = []
    const port = await resolvePort(wish({port: taken.port}), (level, text) => lines.push(`${level}: ${text}`))
    expect(port).not.toBe(taken.port)
    expect(lines).toEqual([`info: Port ${taken.port} is taken, so Firestore uses ${port}.`])
  })

  test.runIf(process.platform === 'linux')('a taken explicit port names its holder and the way out', async () => {
    await using taken = await occupyPort()
    await expect(resolvePort(wish({port: taken.port, explicit: true}), () => {})).rejects.toMatchObject({
      code: 'STITCH_PORT_TAKEN',
      exit: 'environment',
      message: expect.stringContaining(`Port ${taken.port} is taken by process ${process.pid} (`) as string,
      hints: [
        '--firestore-port 0 takes any free port (or set STITCH_FIRESTORE_PORT)',
        `kill ${process.pid} ends the process that holds it`,
      ],
    })
  })
})
