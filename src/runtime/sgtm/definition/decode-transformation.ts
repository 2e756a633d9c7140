import type {Condition, Parameters, TransformationDefinition} from '../types.ts'
import {decodeParameters, spell} from './decode-parameters.ts'
import type {Parameter} from './export-schema.ts'

/** A transformation of an export. Its tables have columns of their own per type; conditions are a table too. */
export function decodeTransformation(shape: {
  readonly name: string
  readonly type: string
  readonly priority: number
  readonly parameter: readonly Parameter[]
}): TransformationDefinition {
  const {name, type, priority} = shape
  const parameters = decodeParameters(shape.parameter)
  const [table, column] = tables[type] ?? ['', '']
  return {
    name,
    type,
    priority,
    affects: {
      allExcept: parameters['allTagsExcept'] === true,
      tags: rows(parameters['affectedTags']).map((row) => (typeof row === 'string' ? row : text(row['tagReference']))),
      types: rows(parameters['affectedTagTypes']).map((row) => ({
        type: typeof row === 'string' ? row : text(row['tagType']),
        except: typeof row === 'string' ? [] : rows(row['tagTypeExceptions']).map(nameOf),
      })),
    },
    conditions: parameters['matchingConditionsEnabled'] === true ? decodeConditions(parameters) : [],
    names: rows(parameters[table]).map((row) => (typeof row === 'string' ? row : text(row[column]))),
    set: rows(parameters['augmentEventTable']).flatMap((row) =>
      typeof row === 'string' ? [] : [{name: text(row['paramName']), value: row['paramValue']}],
    ),
  }
}

const tables: Readonly<Record<string, readonly [string, string]>> = {
  tf_allow_params: ['allowedParamsTable', 'allowedParams'],
  tf_exclude_params: ['excludedParamsTable', 'excludedParams'],
}

/** Exports name the comparison in one word; a leading `NOT_` or `DOES_NOT_` is its opposite. */
function decodeConditions(parameters: Parameters): readonly Condition[] {
  return rows(parameters['matchingConditionsTable']).flatMap((row) => {
    if (typeof row === 'string') return []
    const word = spell(text(row['expressionType']))
    const {
      not,
      plain = word,
      ignoring,
    } = /^(?<not>(?:DOES_)?NOT_)?(?<plain>.+?)(?<ignoring>_IGNORE_CASE)?$/.exec(word)?.groups ?? {}
    return [
      {
        operator: operators[plain] ?? plain,
        left: text(row['variableReference']),
        right: text(row['expressionValue']),
        negate: not !== undefined,
        ignoreCase: ignoring !== undefined,
      },
    ]
  })
}

const operators: Readonly<Record<string, string>> = {REGEX: 'MATCH_REGEX', MATCHES_REGEX: 'MATCH_REGEX'}

function rows(value: unknown): readonly (string | Parameters)[] {
  return Array.isArray(value) ? (value as readonly (string | Parameters)[]) : []
}

function nameOf(row: string | Parameters): string {
  return typeof row === 'string' ? row : text(row['tagReference'])
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}
