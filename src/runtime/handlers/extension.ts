import type {Handlers} from './handlers-file.ts'

/** No logic of its own: what the bundle holds in the place of a project's file. The file takes this one's place. */
const none: Handlers = {}

export default none
