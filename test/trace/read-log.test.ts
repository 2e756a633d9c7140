import {mkdtempDisposable, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {describe, expect, it} from 'vitest'
import {parseLog, readLog} from '#runtime/trace/read-log.ts'
import {tellPassed} from '../goldens/runs.ts'

const lines = tellPassed().map((event) => JSON.stringify(event))
const text = `${lines.join('\n')}\n`

describe('a recorded log', () => {
  it('is read as it was written', () => {
    expect(parseLog(text, 'run.ndjson')).toEqual({events: tellPassed(), skipped: 0, truncated: false})
  })

  it('may be cut off in its last line', () => {
    const log = parseLog(text.slice(0, -20), 'run.ndjson')
    expect(log.truncated).toBe(true)
    expect(log.events).toHaveLength(lines.length - 1)
  })

  it('may lack only the line break at its end', () => {
    expect(parseLog(text.trimEnd(), 'run.ndjson')).toMatchObject({truncated: false, events: {length: lines.length}})
  })

  it('of a newer version is read, without the events that are new', () => {
    const newer = [
      lines[0]?.replace('"version":1', '"version":2'),
      '{"type":"moon.rose","seq":1,"at":1}',
      ...lines.slice(1),
    ]
    expect(parseLog(newer.join('\n'), 'run.ndjson')).toMatchObject({skipped: 1, events: {length: lines.length}})
  })

  it('may have fields that are new', () => {
    const more = lines.map((line) => line.replace('{', '{"mood":"calm",'))
    expect(parseLog(more.join('\n'), 'run.ndjson').events).toEqual(tellPassed())
  })

  it.each([
    ['an empty file', [], 1],
    ['another head', [lines[1], lines[0]], 1],
    ['no JSON in the middle', [lines[0], '{"type":', lines[1]], 2],
    ['an event that lacks a field', [lines[0], lines[1], '{"type":"stage.stopped","seq":2,"at":1}', lines[2]], 3],
    ['an unknown event in its own version', [lines[0], '{"type":"moon.rose"}', lines[1]], 2],
    ['a value that is no event', [lines[0], '42', lines[1]], 2],
  ])('with %s is refused at its line', (_, broken, line) => {
    expect(() => parseLog(`${broken.join('\n')}\n`, 'run.ndjson')).toThrow(
      expect.objectContaining({code: 'STITCH_LOG_INVALID', exit: 'config', at: {file: 'run.ndjson', line, column: 1}}),
    )
  })

  it('is read from a file, and a missing file is a wrong argument', async () => {
    await using folder = await mkdtempDisposable(join(tmpdir(), 'stitch-log-'))
    const file = join(folder.path, 'run.ndjson')
    await writeFile(file, text)
    await expect(readLog(file)).resolves.toMatchObject({events: {length: lines.length}})
    await expect(readLog(join(folder.path, 'none'))).rejects.toMatchObject({
      code: 'STITCH_LOG_UNREADABLE',
      exit: 'usage',
    })
    await expect(readLog(folder.path)).rejects.toThrow('is a folder')
  })
})
