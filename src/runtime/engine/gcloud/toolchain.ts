import {StitchError} from '#runtime/kernel/errors.ts'
import {OLDEST_JAVA, type Java} from './find-java.ts'
import type {CloudSdk} from './find-sdk.ts'

/** What was found on the machine. */
export type FoundTools = {readonly java: Java | undefined; readonly sdk: CloudSdk | undefined}

/** All that is needed to start both emulators. */
export type Toolchain = {readonly java: Java; readonly firestoreJar: string; readonly pubsubJar: string}

/** One thing that is missing: what is the case, and a line that changes it. */
export type MissingTool = {
  readonly tool: 'java' | 'gcloud' | 'emulators'
  readonly sentence: string
  readonly hint: string
}

const INSTALL_SDK = 'https://cloud.google.com/sdk/docs/install tells how to install the Google Cloud CLI'

/** What keeps the emulators from starting; empty when everything is there. */
export function listMissingTools({java, sdk}: FoundTools): readonly MissingTool[] {
  const missing: MissingTool[] = []
  if (!java) {
    missing.push({
      tool: 'java',
      sentence: 'No Java was found by JAVA_HOME or on PATH',
      hint: 'apt-get install default-jre-headless',
    })
  } else if (java.major !== undefined && java.major < OLDEST_JAVA) {
    missing.push({
      tool: 'java',
      sentence: `Java ${java.major} (${java.command}) is older than the emulators need (${OLDEST_JAVA})`,
      hint: 'apt-get install default-jre-headless, or point JAVA_HOME to a newer one',
    })
  }
  if (!sdk) return [...missing, {tool: 'gcloud', sentence: 'No Google Cloud CLI was found', hint: INSTALL_SDK}]
  const components = [
    sdk.firestoreJar ? [] : ['cloud-firestore-emulator'],
    sdk.pubsubJar ? [] : ['pubsub-emulator'],
  ].flat()
  if (components.length > 0) {
    missing.push({
      tool: 'emulators',
      sentence: `The Google Cloud CLI in ${sdk.root} has no ${components.join(' and no ')}`,
      hint: installLine(sdk.root, components),
    })
  }
  return missing
}

/** Everything in place, or STITCH_ENGINE_MISSING (exit environment) that names all that is not. */
export function requireToolchain(found: FoundTools): Toolchain {
  const missing = listMissingTools(found)
  if (missing.length === 0 && found.java && found.sdk?.firestoreJar && found.sdk.pubsubJar) {
    return {java: found.java, firestoreJar: found.sdk.firestoreJar, pubsubJar: found.sdk.pubsubJar}
  }
  throw new StitchError(
    `${missing.map(({sentence}) => sentence).join('; ')}, so Google's emulators were not started.`,
    {
      code: 'STITCH_ENGINE_MISSING',
      exit: 'environment',
      hints: [...missing.map(({hint}) => hint), '--engine embedded needs neither Java nor the Google Cloud CLI'],
    },
  )
}

/** Components of a CLI that came as a Debian package are packages too; it refuses to install them itself. */
function installLine(root: string, components: readonly string[]): string {
  if (!root.startsWith('/usr/lib')) return `gcloud components install ${components.join(' ')}`
  const packages = components.map((name) => `google-cloud-cli-${name.replace(/^cloud-/, '')}`)
  return `apt-get install ${packages.join(' ')} (or gcloud components install ${components.join(' ')})`
}
