import {StitchError} from '#runtime/kernel/errors.ts'
import type {Java} from '../gcloud/find-java.ts'
import type {FirebaseTools, FoundSuite} from './find-suite.ts'

/** All that is needed to start the suite. */
export type Suite = {readonly java: Java; readonly tools: FirebaseTools; readonly toDownload: readonly string[]}

/** One thing that is missing: what is the case, and a line that changes it. */
export type MissingPart = {
  readonly part: 'java' | 'firebase-tools' | 'emulators'
  readonly sentence: string
  readonly hint: string
}

/** What firebase-tools says of an older Java (its release notes, 15.0.0); earlier ones took 11. */
const OLDEST_JAVA = {since15: 21, before: 11} as const
const JAVA_HINT = 'apt-get install openjdk-21-jre-headless, or point JAVA_HOME to a newer one'

/** What keeps the suite from starting; empty when everything is there. Missing emulators are downloaded by it. */
export function listMissingParts({java, tools, lostPaths}: FoundSuite): readonly MissingPart[] {
  const missing: MissingPart[] = []
  if (!tools) {
    const hint = 'npm install --save-dev firebase-tools'
    missing.push({part: 'firebase-tools', sentence: 'firebase-tools was not found in the project or on PATH', hint})
  }
  const oldest = Number.parseInt(tools?.version ?? '', 10) < 15 ? OLDEST_JAVA.before : OLDEST_JAVA.since15
  if (!java) {
    const sentence = `No Java was found by JAVA_HOME or on PATH, and firebase-tools needs Java ${oldest}`
    missing.push({part: 'java', sentence, hint: JAVA_HINT})
  } else if (java.major !== undefined && java.major < oldest) {
    missing.push({part: 'java', sentence: sayOldJava(java, oldest), hint: JAVA_HINT})
  }
  for (const {name, path} of lostPaths) {
    missing.push({part: 'emulators', sentence: `${name} names ${path}, which does not exist`, hint: `unset ${name}`})
  }
  return missing
}

/** Everything in place, or STITCH_ENGINE_MISSING (exit environment) that names all that is not. */
export function requireSuite(found: FoundSuite): Suite {
  const {java, tools, toDownload} = found
  const missing = listMissingParts(found)
  if (missing.length === 0 && java && tools) return {java, tools, toDownload}
  throw suiteMissing(missing)
}

/** firebase-tools itself refused the Java that it found. */
export function javaRefused(java: Java, oldest: number): StitchError {
  return suiteMissing([{part: 'java', sentence: sayOldJava(java, oldest), hint: JAVA_HINT}])
}

function suiteMissing(missing: readonly MissingPart[]): StitchError {
  const sentences = missing.map(({sentence}) => sentence).join('; ')
  return new StitchError(`${sentences}, so the Firebase emulators were not started.`, {
    code: 'STITCH_ENGINE_MISSING',
    exit: 'environment',
    hints: [...missing.map(({hint}) => hint), '--engine embedded needs neither Java nor firebase-tools'],
  })
}

function sayOldJava({command, major}: Java, oldest: number): string {
  const which = major === undefined || major >= oldest ? `The Java in ${command}` : `Java ${major} (${command})`
  return `${which} is older than firebase-tools needs (${oldest})`
}
