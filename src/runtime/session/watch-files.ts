import {existsSync, statSync, watch} from 'node:fs'
import {basename, dirname, join} from 'node:path'

/** Changed files are gathered for this long, so that an editor's save is one change; in milliseconds. */
const QUIET_MS = 120
/** A file beside that never rests (a log that grows) delays the others no longer than this; in milliseconds. */
const MOST_MS = 1_000

/**
 * Watches files and folders (whole trees) and yields the changed paths, gathered until it has been quiet for a moment.
 * Ends when the signal aborts. `paths` is asked again after every change, so that what became of interest is watched
 * too. Paths that do not exist are left out, and so are hidden files and folders, the data folder among them: what
 * stitch itself writes must never look like a change.
 */
export async function* watchFiles(
  paths: () => readonly string[],
  signal: AbortSignal,
): AsyncGenerator<readonly string[]> {
  using stack = new DisposableStack()
  const changed = new Set<string>()
  let wake = Promise.withResolvers<void>()
  let timer: NodeJS.Timeout | undefined
  let since = 0
  const note = (file: string, name: string) => {
    if (/(^|[\\/])(\.|node_modules([\\/]|$))|(~|\.swp|\.part)$/.test(name)) return
    if (changed.size === 0) since = performance.now()
    changed.add(file)
    clearTimeout(timer)
    timer = setTimeout(() => wake.resolve(), Math.max(0, Math.min(QUIET_MS, since + MOST_MS - performance.now())))
  }
  const watched = new Set<string>()
  const watchAll = () => {
    for (const path of paths().filter((each) => !watched.has(each) && existsSync(each))) {
      watched.add(path)
      stack.adopt(watchPath(path, note), (watcher) => watcher.close())
    }
  }
  watchAll()
  const stop = () => wake.resolve()
  signal.addEventListener('abort', stop, {once: true})
  stack.defer(() => signal.removeEventListener('abort', stop))
  stack.defer(() => clearTimeout(timer))
  while (!signal.aborted) {
    await wake.promise
    wake = Promise.withResolvers()
    if (signal.aborted) return
    const files = [...changed]
    changed.clear()
    if (files.length > 0) yield files
    watchAll()
  }
}

/** A file is watched through its folder: many editors put a new file in the place of the one they have opened. */
function watchPath(path: string, note: (file: string, name: string) => void) {
  const isFolder = statSync(path).isDirectory()
  const watcher = watch(isFolder ? path : dirname(path), {recursive: isFolder}, (_, name) => {
    if (!isFolder && (name === null || name === basename(path))) note(path, '')
    else if (isFolder) note(name === null ? path : join(path, name), name ?? '')
  })
  watcher.on('error', () => undefined)
  return watcher
}
