import {readFileSync} from 'node:fs'
import {resolve} from 'node:path'
import {transformSync} from 'esbuild'
import {packageRoot} from '../package-root.ts'

/** The snippet's code as the build makes it. */
export const snippetCode = transformSync(readFileSync(resolve(packageRoot, 'page/snippet.js'), 'utf8'), {
  minify: true,
  target: 'es5',
  legalComments: 'none',
}).code.trim()
