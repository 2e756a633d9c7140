import {StitchError} from '#runtime/kernel/errors.ts'
import type {Api, Target} from '../types.ts'
import {findFirebaseTools, type FirebaseTools} from './find-tools.ts'

/**
 * Sees to it that firebase-tools is there and that the project is one it can deploy to, before anything is planned; only
 * reads. It deploys to Firebase projects only, and ends with a bare 404 elsewhere. Firebase is never added here: that
 * cannot be undone. Throws STITCH_FIREBASE_TOOLS_MISSING or STITCH_NOT_A_FIREBASE_PROJECT.
 * @param projectDir the user's project; its own firebase-tools goes before the one beside this package
 */
export async function prepareFirebase(api: Api, {project}: Target, projectDir: string): Promise<FirebaseTools> {
  const tools = await findFirebaseTools([projectDir, import.meta.url])
  const path = `/v1beta1/projects/${project}`
  const found = await api.find<{readonly state?: string}>({api: 'firebase', method: 'GET', path})
  if (found !== undefined && found.state !== 'DELETED') return tools
  throw new StitchError(`${project} is not a Firebase project, so firebase-tools cannot deploy to it.`, {
    code: 'STITCH_NOT_A_FIREBASE_PROJECT',
    exit: 'deploy',
    hints: [
      'stitch deploy   (the default way needs no Firebase)',
      `npx firebase-tools projects:addfirebase ${project}   (adds Firebase, which cannot be undone)`,
    ],
  })
}
