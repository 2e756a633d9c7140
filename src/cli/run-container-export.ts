import {createHash} from 'node:crypto'
import {readFile} from 'node:fs/promises'
import type {ResolvedConfig} from '#runtime/config/resolve.ts'
import {StitchError} from '#runtime/kernel/errors.ts'
import type {Exported} from '#runtime/export/export-container.ts'
import {writeStdout} from './output.ts'
import {packageFiles} from './package-files.ts'
import {resolveProject, type Parsed} from './project.ts'
import {openOutputFile} from './output-file.ts'

type ExportFlags = {
  readonly out?: string | undefined
  readonly web: boolean
  readonly snippet: boolean
  readonly 'lookup-url'?: string | undefined
  readonly deployed: boolean
  readonly 'key-id': string
  readonly 'sgtm-url'?: string | undefined
  readonly consent: string
  readonly 'id-cookie'?: string | undefined
  readonly stage?: string | undefined
  readonly region?: string | undefined
}

type Part = 'server' | 'web' | 'snippet'

/** What the file is for, as one says it after "Import" or "Paste". */
const NEXT: Readonly<Record<Part, string>> = {
  server: 'Import it into a server container: Admin, Import container, Merge.',
  web: 'Import it into a web container: Admin, Import container, Merge.',
  snippet: 'Paste it into the head of every page, before what reads the data layer.',
}

/** `stitch container export`: one file out of the configuration, to a file or stdout; what is left to do, on stderr. */
export async function runContainerExport({
  parsed,
  json,
}: {
  readonly parsed: Parsed & {readonly flags: ExportFlags}
  readonly json: boolean
}): Promise<unknown> {
  const {flags} = parsed
  const {out} = flags
  const part: Part = flags.web ? 'web' : flags.snippet ? 'snippet' : 'server'
  const config = await resolveProject(parsed)
  const {text, todo} = await makeFile(part, config, flags)
  const bytes = Buffer.byteLength(text)
  if (out !== undefined) {
    await using file = await openOutputFile(out, {live: false})
    await file.write(text)
    await file.finish()
  } else if (!json) await writeStdout(text)
  if (!json) {
    const head = out === undefined ? [] : [`${out}: ${bytes} bytes. ${NEXT[part]}`]
    process.stderr.write([...head, ...todo].map((line) => `${line}\n`).join(''))
  }
  const sha256 = createHash('sha256').update(text).digest('hex')
  return {version: 1, part, ...(out === undefined ? {content: text} : {file: out}), bytes, sha256, todo}
}

async function makeFile(part: Part, config: ResolvedConfig, flags: ExportFlags): Promise<Exported> {
  const {exportServerContainer, exportSnippet, exportWebContainer} = await import('#runtime/export/export-container.ts')
  if (part === 'server') {
    const lookupUrl = flags.deployed ? await findDeployed(config, flags) : toAddress('lookup-url', flags['lookup-url'])
    return await exportServerContainer(config, {lookupUrl, keyId: flags['key-id']})
  }
  const sgtmUrl = toAddress('sgtm-url', flags['sgtm-url']) ?? (await findSgtmUrl(config, flags))
  const consent = flags.consent === 'none' ? '' : flags.consent
  const options = {sgtmUrl, consent, code: await readFile(packageFiles.snippet, 'utf8')}
  if (part === 'snippet') return await exportSnippet(config, options)
  if (consent === 'callback') {
    throw usage('A web container asks GTM for consent and waits for no callback, so nothing was exported.', [
      '--consent analytics_storage',
    ])
  }
  return await exportWebContainer(config, {...options, idCookie: toCookieName(flags['id-cookie'])})
}

async function findDeployed(config: ResolvedConfig, flags: ExportFlags): Promise<string> {
  const {findLookupUrl} = await import('./find-lookup-url.ts')
  return await findLookupUrl(config, flags)
}

async function findSgtmUrl(config: ResolvedConfig, flags: ExportFlags): Promise<string> {
  const {resolveStage} = await import('#runtime/deploy/settings.ts')
  const {settings} = await resolveStage(config, flags)
  if (settings.sgtmUrl !== undefined) return settings.sgtmUrl
  throw usage('The address of the server container is not known, so nothing was exported.', [
    '--sgtm-url https://sgtm.example.com',
    '"deploy": {"sgtmUrl": "https://sgtm.example.com"}   (in the configuration)',
  ])
}

/** An http(s) address without a path, as it was given but for a slash at its end. */
function toAddress(flag: string, text: string | undefined): string | undefined {
  if (text === undefined) return undefined
  const url = URL.canParse(text) ? new URL(text) : undefined
  const plain = url && /^https?:$/.test(url.protocol) && !url.username && !url.search && !url.hash
  if (plain && (flag === 'sgtm-url' || url.pathname === '/')) return text.replace(/\/$/, '')
  throw usage(`--${flag} is ${text}, which is no address of a server, so nothing was exported.`, [
    `--${flag} https://${flag === 'sgtm-url' ? 'sgtm.example.com' : 'stitch-lookup-abc-uc.a.run.app'}`,
  ])
}

/** A cookie's name is a token (RFC 6265, 4.1.1; RFC 9110, 5.6.2): a browser sets and finds no other. */
function toCookieName(name: string | undefined): string | undefined {
  if (name === undefined || /^[\w!#$%&'*+.^`|~-]+$/.test(name)) return name
  throw usage(`--id-cookie is "${name}", which no cookie can be called, so nothing was exported.`, [
    '--id-cookie shop_visitor',
  ])
}

function usage(message: string, hints: readonly string[]): StitchError {
  return new StitchError(message, {code: 'STITCH_USAGE', exit: 'usage', hints})
}
