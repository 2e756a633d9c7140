import {invalidArgument} from '../../errors.ts'
import {formatName} from '../../paths/names.ts'
import {requireEntries} from '../arguments.ts'
import {ROW_STEPS} from '../outcome.ts'
import {rowWith} from '../row.ts'
import {compileSelection, selectInto} from '../stages/project.ts'
import {readPath} from './collections.ts'
import type {SourceCompiler} from './source.ts'

/** `documents`: the given documents that there are, each once. */
export const documents: SourceCompiler = ({args}, {database, reader}) => {
  if (args.length === 0) throw invalidArgument('documents takes at least one reference.')
  const names = args.map((arg) => {
    const segments = readPath(arg, 'documents')
    if (segments.length === 0 || segments.length % 2 === 1) {
      throw invalidArgument(`"${segments.join('/')}" is no path of a document.`)
    }
    return formatName({database, segments})
  })
  const distinct = new Set(names)
  return {taken: 0, run: (outer) => [...distinct].flatMap((name) => reader.get(name, outer) ?? [])}
}

/** `literals`: rows that the request brings along, whose values may be worked out. */
export const literals: SourceCompiler = ({args}, scope) => {
  const selections = args.map((arg) =>
    // Their names are those of fields, not paths.
    compileSelection(requireEntries(arg, 'A literal document'), scope).map((each) => ({...each, path: [each.name]})),
  )
  return {
    taken: 0,
    run: (outer) =>
      selections.map((selection) => {
        outer.spend(ROW_STEPS)
        return selectInto(rowWith(new Map(), outer), selection)
      }),
  }
}
