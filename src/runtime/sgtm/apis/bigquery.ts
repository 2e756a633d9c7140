import type {Api, ApiContext, OutboundAnswer, OutboundRequest} from './api.ts'
import {toText} from '../text.ts'

type Options = Readonly<Record<string, unknown>>

const timeoutMs = 15_000

/**
 * `BigQuery.insert` as the request that the real one makes (`tabledata.insertAll`), so that it is captured, answered by
 * rules and recorded like any other, and a refused row can be rehearsed by an answer with `insertErrors`.
 */
export const bigQueryApis: readonly Api[] = [
  {
    name: 'BigQuery',
    create: (context) => ({
      insert: (connection: unknown, rows: unknown, options: unknown, onSuccess: unknown, onFailure: unknown) => {
        const inserted = insert(context, asOptions(connection), rows, asOptions(options))
        // The older form, which gives nothing and calls back.
        if (typeof onSuccess !== 'function' && typeof onFailure !== 'function') return inserted
        const notify =
          (callback: unknown) =>
          (...args: readonly unknown[]) => {
            if (typeof callback === 'function')
              context.invoke(callback as (...args: readonly unknown[]) => unknown, ...args)
          }
        inserted.then(() => notify(onSuccess)(), notify(onFailure))
        return undefined
      },
    }),
  },
]

function insert(
  {demand, project, send}: ApiContext,
  connection: Options,
  rows: unknown,
  options: Options,
): Promise<void> {
  const [datasetId, tableId] = [toText(connection['datasetId']), toText(connection['tableId'])]
  const named = connection['projectId'] === undefined ? undefined : toText(connection['projectId'])
  const ask = {permission: 'access_bigquery', operation: 'write', datasetId, tableId} as const
  demand('BigQuery.insert', named === undefined ? ask : {...ask, projectId: named})
  const projectId = named ?? project
  if (projectId === undefined)
    throw new Error('BigQuery.insert: neither the call nor GOOGLE_CLOUD_PROJECT names a project.')
  if (!Array.isArray(rows)) throw new Error('BigQuery.insert: the rows are no array.')
  return send(insertAll({projectId, datasetId, tableId}, rows, options)).then(readAnswer)
}

/** https://cloud.google.com/bigquery/docs/reference/rest/v2/tabledata/insertAll */
function insertAll(
  {projectId, datasetId, tableId}: {projectId: string; datasetId: string; tableId: string},
  rows: readonly unknown[],
  options: Options,
): OutboundRequest {
  const [project, dataset, table] = [projectId, datasetId, tableId].map(encodeURIComponent)
  return {
    method: 'POST',
    url: `https://bigquery.googleapis.com/bigquery/v2/projects/${project}/datasets/${dataset}/tables/${table}/insertAll`,
    headers: {'content-type': 'application/json'},
    body: JSON.stringify({
      kind: 'bigquery#tableDataInsertAllRequest',
      skipInvalidRows: options['skipInvalidRows'] === true,
      ignoreUnknownValues: options['ignoreUnknownValues'] === true,
      rows: rows.map((json) => ({json})),
    }),
    timeoutMs,
    insert: {table: `${projectId}.${datasetId}.${tableId}`, rows},
  }
}

/** Rejects as templates know it: an object with a `reason`. */
function readAnswer({statusCode, body}: OutboundAnswer): void {
  const errors = asOptions(parse(body))['insertErrors']
  const refused = Array.isArray(errors) && errors.length > 0
  if (statusCode < 400 && !refused) return
  // oxlint-disable-next-line typescript/only-throw-error
  throw {reason: refused ? 'invalid' : 'failed', ...(refused ? {errors} : {})}
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function asOptions(value: unknown): Options {
  return typeof value === 'object' && value !== null ? (value as Options) : {}
}
