import type {FoundSuite} from '#runtime/engine/firebase/find-suite.ts'
import type {FoundTools} from '#runtime/engine/gcloud/toolchain.ts'
import type {PortHolder} from '#runtime/engine/ports-holder.ts'
import type {NamedPortWish, PortState} from '#runtime/engine/ports.ts'
import type {FoundLock} from '#runtime/engine/project-lock.ts'
import type {EngineName} from '#runtime/engine/types.ts'

/** What the machine is meant to do. Without any of these: `stitch simulate` on the embedded engine. */
export type DoctorScope = {readonly engine?: EngineName; readonly deploy?: boolean; readonly all?: boolean}

/** One line for a person. A `problem` stops a run (exit 3); a `note` only changes something about it. */
export type Problem = {
  readonly check: string
  readonly severity: 'problem' | 'note'
  /** What is the case, and what follows; ends with a full stop. */
  readonly sentence: string
  /** One line that can be pasted or acted on. */
  readonly hint: string
}

/** A folder that does not exist yet is judged by the nearest one above it. */
export type FolderState = {readonly refused?: string; readonly freeBytes?: number}

/** Credentials as found, without asking anybody whether they are any good. */
export type CredentialsState =
  | {readonly kind: 'found'; readonly file: string}
  | {readonly kind: 'missing'; readonly file: string; readonly named: boolean}
  | {readonly kind: 'malformed'; readonly file: string; readonly reason: string}

/** The machine as the checks see it; tests put their own in its place. None of these throws or uses the network. */
export type DoctorProbes = {
  /** `24.21.0`. */
  readonly nodeVersion: string
  readonly probePort: (port: number) => Promise<PortState>
  readonly findPortHolder: (port: number) => Promise<PortHolder | undefined>
  readonly inspectFolder: (folder: string) => Promise<FolderState>
  readonly inspectLock: (dataDir: string) => Promise<FoundLock | undefined>
  readonly findTools: () => Promise<FoundTools>
  /** What `--engine firebase` needs. */
  readonly findFirebaseSuite: () => Promise<FoundSuite>
  /** Version of the firebase-tools that a deploy would use. */
  readonly findFirebaseTools: () => Promise<string | undefined>
  readonly readCredentials: () => Promise<CredentialsState>
}

export type DoctorSubject = {
  readonly scope: DoctorScope
  /** Variables of the machine: emulator hosts for `--engine external`. */
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly dataDir: string
  readonly ports: readonly NamedPortWish[]
}
