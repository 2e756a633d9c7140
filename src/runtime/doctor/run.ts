import {CHECKS} from './checks.ts'
import {createProbes} from './probes.ts'
import type {DoctorProbes, DoctorScope, DoctorSubject, Problem} from './types.ts'

/**
 * What stands between this machine and a run, in the order of the table of checks; empty when nothing does. Looks
 * only: starts nothing, changes nothing, uses no network.
 * @param cwd where a project's own firebase-tools is looked for.
 */
export async function runDoctor(
  subject: DoctorSubject & {readonly cwd: string},
  probes: DoctorProbes = createProbes(subject),
): Promise<Problem[]> {
  const scopes = scopesOf(subject.scope)
  const asked = CHECKS.filter((check) => scopes.some((scope) => check.isAsked(scope)))
  const found = await Promise.all(
    asked.map(async ({name, look}) => (await look(subject, probes)).map((it) => ({check: name, ...it}))),
  )
  return found.flat()
}

/** `all` is every job that needs something of the machine; somebody else's emulators are only asked for by name. */
function scopesOf(scope: DoctorScope): readonly DoctorScope[] {
  return scope.all ? [scope, {engine: 'gcloud'}, {deploy: true}] : [scope]
}
