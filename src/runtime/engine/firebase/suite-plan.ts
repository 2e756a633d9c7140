import {delimiter, dirname} from 'node:path'
import type {Suite} from './require-suite.ts'

/** Ports of the suite: its own hub and log server and the emulator's WebSocket server take one each, too. */
export type SuitePorts = Readonly<Record<'firestore' | 'pubsub' | 'hub' | 'logging' | 'websocket', number>>

/** A project id with this beginning is never looked up in the cloud, nor is anybody's account. */
const DEMO_PROJECT = 'demo-stitch'

/** Variables of which firebase-tools would think that the emulators run elsewhere already. */
const LEFT_OUT = ['FIRESTORE_EMULATOR_HOST', 'PUBSUB_EMULATOR_HOST', 'FIREBASE_EMULATOR_HUB']

/** The configuration that firebase-tools is given in place of the project's own. */
export function planSuiteConfig({firestore, pubsub, hub, logging, websocket}: SuitePorts): string {
  const host = '127.0.0.1'
  const emulators = {
    firestore: {host, port: firestore, websocketPort: websocket},
    pubsub: {host, port: pubsub},
    hub: {host, port: hub},
    logging: {host, port: logging},
    ui: {enabled: false},
    // Documents of any project are answered, as by the other engines.
    singleProjectMode: false,
  }
  return `${JSON.stringify({firestore: {}, emulators}, null, 2)}\n`
}

/** Arguments of Node. `containment` is loaded into the process of firebase-tools before anything else. */
export function suiteArguments({tools}: Pick<Suite, 'tools'>, config: string, containment: string): readonly string[] {
  const command = ['emulators:start', '--only', 'firestore,pubsub', '--project', DEMO_PROJECT, '--config', config]
  return ['--import', containment, tools.script, ...command, '--non-interactive']
}

/**
 * The environment of firebase-tools: that of the machine, with the Java of JAVA_HOME first on PATH, where alone it looks
 * for one. What it keeps between runs (settings, the address of its hub) lies in the work folder, so that it neither uses
 * an account of the person's nor leaves anything elsewhere.
 */
export function suiteEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  {java}: Pick<Suite, 'java'>,
  folder: string,
): Readonly<Record<string, string | undefined>> {
  const kept = Object.entries(environment).filter(([name]) => !LEFT_OUT.includes(name))
  return {
    ...Object.fromEntries(kept),
    PATH: [dirname(java.command), environment['PATH']].filter(Boolean).join(delimiter),
    XDG_CONFIG_HOME: folder,
    TMPDIR: folder,
    NO_UPDATE_NOTIFIER: '1',
  }
}
