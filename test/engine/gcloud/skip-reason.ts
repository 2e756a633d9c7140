import {findJava} from '#runtime/engine/gcloud/find-java.ts'
import {findCloudSdk} from '#runtime/engine/gcloud/find-sdk.ts'
import {createMachine} from '#runtime/engine/gcloud/machine.ts'
import {listMissingTools} from '#runtime/engine/gcloud/toolchain.ts'

const machine = createMachine(process.env)
const missing = listMissingTools({java: await findJava(machine), sdk: await findCloudSdk(machine)})

/** Why tests with Google's emulators cannot run on this machine; undefined where they can. */
export const skipReason = missing.length > 0 ? missing.map(({sentence}) => sentence).join('; ') : undefined

/** The title of a suite, with the reason where it is skipped. */
export function titled(title: string): string {
  return skipReason === undefined ? title : `${title} (skipped: ${skipReason})`
}
