import {readFile} from 'node:fs/promises'
import {dirname, resolve} from 'node:path'
import {findNodeAtLocation, getNodeValue, parseTree} from 'jsonc-parser'
import type {Node, ParseError} from 'jsonc-parser'
import {z} from 'zod'
import type {SourceLocation} from '#runtime/kernel/errors.ts'
import {describeJsonFault} from '#runtime/kernel/json-words.ts'
import {invalid} from '../definition/invalid.ts'
import type {OutboundRule} from '../types.ts'
import {isLoopback} from './outbound-rules.ts'

const Address = z.string().refine((url) => url.includes('*') || URL.canParse(url), {
  error: 'is neither an address nor a pattern with *',
})
const which = {url: Address, method: z.enum(['GET', 'POST', 'PUT', 'DELETE']).optional()}
const sent = {
  to: z
    .url()
    .refine((url) => URL.canParse(url) && new URL(url).pathname === '/', {error: 'is an origin, without a path'})
    .optional(),
  remote: z.boolean().optional(),
}

const Rule = z
  .discriminatedUnion('action', [
    z.strictObject({action: z.literal('forward'), ...which, ...sent}),
    z.strictObject({action: z.literal('record'), ...which, ...sent, file: z.string().min(1)}),
    z.strictObject({
      action: z.literal('replay'),
      ...which,
      file: z.string().min(1),
      match: z.enum(['exact', 'path']).optional(),
    }),
    z.strictObject({
      action: z.literal('answer'),
      ...which,
      status: z.int().min(200).max(599).default(200),
      headers: z.record(z.string(), z.string()).optional(),
      /** Text, or anything else as JSON. */
      body: z.unknown().optional(),
      delayMs: z.int().min(0).optional(),
    }),
    z.strictObject({action: z.literal('fail'), ...which, reason: z.enum(['failed', 'timed_out']).default('failed')}),
  ])
  .check(({value, issues}) => {
    if (value.action !== 'forward' && value.action !== 'record') return
    const target = value.to ?? value.url
    if (value.remote === true || (!target.includes('*') && URL.canParse(target) && isLoopback(target))) return
    const message = 'leads away from this machine, for which the rule needs "remote": true'
    issues.push({code: 'custom', path: [value.to === undefined ? 'url' : 'to'], message, input: value})
  })

const RulesFile = z.strictObject({$schema: z.string().optional(), rules: z.array(Rule)})

/**
 * Reads the rules for requests that templates send. Files of recordings are relative to the file of the rules.
 * @throws {StitchError} STITCH_CONTAINER_INVALID with file, line and column
 */
export async function readOutboundRules(file: string): Promise<readonly OutboundRule[]> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw invalid(`The rules ${file} cannot be read, so no container was started.`, [], undefined, cause)
  })
  const errors: ParseError[] = []
  const tree = parseTree(text, errors)
  const [first] = errors
  if (first || !tree) {
    throw invalid(
      `${file} is not valid JSON (${describeJsonFault(first?.error)}), so no container was started.`,
      [],
      place(file, text, first?.offset),
    )
  }
  const parsed = RulesFile.safeParse(getNodeValue(tree))
  if (!parsed.success) {
    const places = parsed.error.issues.map(({path, message}) => {
      const keys = path.filter((part): part is string | number => typeof part !== 'symbol')
      return {at: place(file, text, nodeAt(tree, keys).offset), text: `${keys.join('.') || 'The file'}: ${message}`}
    })
    const hints = places.map(({at, text: hint}) => `${at.file}:${at.line}:${at.column} ${hint}`)
    throw invalid(`${file} does not describe rules for requests, so no container was started.`, hints, places[0]?.at)
  }
  return parsed.data.rules.map((rule) => complete(rule, dirname(file)))
}

function complete(rule: z.infer<typeof Rule>, folder: string): OutboundRule {
  const given = Object.fromEntries(Object.entries(rule).filter(([, value]) => value !== undefined))
  if (rule.action === 'record' || rule.action === 'replay') given['file'] = resolve(folder, rule.file)
  if (rule.action === 'answer' && rule.body !== undefined && typeof rule.body !== 'string') {
    given['body'] = JSON.stringify(rule.body)
    given['headers'] = {'content-type': 'application/json', ...rule.headers}
  }
  return given as OutboundRule
}

/** The node of a path, or of as much of it as there is. */
function nodeAt(tree: Node, path: readonly (string | number)[]): Node {
  const lengths = path.map((_, index) => path.length - index)
  return lengths.map((length) => findNodeAtLocation(tree, path.slice(0, length))).find(Boolean) ?? tree
}

function place(file: string, text: string, offset = 0): SourceLocation {
  const before = text.slice(0, offset).split('\n')
  return {file, line: before.length, column: (before.at(-1)?.length ?? 0) + 1}
}
