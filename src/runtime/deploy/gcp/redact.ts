/** What credentials of Google look like; source: their published formats (OAuth tokens, PEM keys, JWTs, signed URLs). */
const SECRETS: readonly RegExp[] = [
  /\bya29\.[\w.~+/-]+=*/g,
  /\b1\/\/[\w-]{20,}/g,
  /\bGOCSPX-[\w-]+/g,
  /\bAIza[\w-]{35}/g,
  /\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]*)?/g,
  /-----BEGIN [A-Z ]*PRIVATE KEY-----(?:(?!-----END)[\s\S])*(?:-----END [A-Z ]*PRIVATE KEY-----)?/g,
  /(?<=\bBearer )[^\s"',]+/gi,
  /(?<=[?&](?:X-Goog-Signature|X-Goog-Credential|Signature|GoogleAccessId|access_token|upload_id|token)=)[^&\s"']+/gi,
]

/** Shorter values are words, not secrets, and would blacken the sentence. */
const SHORTEST = 6

/** The text with the given values, and all that looks like a credential, replaced by `[secret]`. */
export function redact(text: string, values: readonly string[] = []): string {
  let clean = text
  for (const value of values) if (value.length >= SHORTEST) clean = clean.replaceAll(value, '[secret]')
  for (const pattern of SECRETS) clean = clean.replace(pattern, '[secret]')
  return clean
}

/** The same for JSON values. */
export function redactJson<T>(value: T, values: readonly string[] = []): T {
  if (typeof value === 'string') return redact(value, values) as T
  if (Array.isArray(value)) return value.map((item: unknown) => redactJson(item, values)) as T
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, item]: [string, unknown]) => [redact(key, values), redactJson(item, values)]),
  ) as T
}

/** Values of a request that no error may repeat: its token, and a secret's payload, encoded and as it is. */
export function secretsOf(headers: Readonly<Record<string, string>>, body: object | undefined): readonly string[] {
  const token = headers['authorization']?.replace(/^\w+ /, '')
  const {payload}: {readonly payload?: {readonly data?: unknown}} = body ?? {}
  const data = payload?.data
  return [
    ...(token === undefined ? [] : [token]),
    ...(typeof data === 'string' ? [data, Buffer.from(data, 'base64').toString()] : []),
  ]
}
