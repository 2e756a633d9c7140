import {writeStdout} from './output.ts'
import {withEngineOptions, type EngineDataParsed} from './with-engine.ts'

type ResetParsed = EngineDataParsed & {readonly flags: {readonly topics: boolean}}

/** `stitch engine reset`: no documents and no messages any more. */
export async function runEngineReset({
  parsed,
  json,
}: {
  readonly parsed: ResetParsed
  readonly json: boolean
}): Promise<unknown> {
  const {resetProjectEngine} = await import('#runtime/session/engine-transfer.ts')
  const report = await withEngineOptions(parsed, (options) =>
    resetProjectEngine({...options, topics: parsed.flags.topics}),
  )
  const {target, databases, subscriptions, removed} = report
  const pubsub = parsed.flags.topics
    ? `${count(removed, 'topic, subscription, snapshot or schema', 'topics, subscriptions, snapshots and schemas')} removed`
    : `${count(subscriptions, 'subscription')} without messages`
  if (!json) await writeStdout(`${count(databases.length, 'database')} emptied and ${pubsub}, in ${target}.\n`)
  return report
}

function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`
}
