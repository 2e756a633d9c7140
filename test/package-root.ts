import {resolve} from 'node:path'

/** The package's own root. */
export const packageRoot = resolve(import.meta.dirname, '..')
