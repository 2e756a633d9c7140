type Environment = Readonly<Record<string, string | undefined>>

/**
 * What firebase-tools may know of this process: how to reach the network, and what a process needs to run. Everything
 * else stays out. It reads some seventy variables that redirect its calls (and our token with them), and others name
 * credentials that it would prefer to the ones it is given.
 */
const INHERITED =
  /^(PATH|HOME|USERPROFILE|SystemRoot|windir|LANG|LC_ALL|NODE_OPTIONS|NODE_EXTRA_CA_CERTS|NODE_USE_SYSTEM_CA|SSL_CERT_FILE|SSL_CERT_DIR|STITCH_\w+)$/i
const PROXIES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'] as const

/**
 * The environment of the child. Settings and caches of firebase-tools lie in the work folder, so that neither a signed-in
 * account nor a chosen project of the person's is used, and nothing is left behind. It ignores NO_PROXY; where that
 * exempts Google, it gets no proxy at all.
 */
export function planFirebaseEnvironment(
  parent: Environment,
  {folder, quotaProject}: {readonly folder: string; readonly quotaProject: string | undefined},
): Record<string, string> {
  const names = Object.keys(parent).filter((name) => INHERITED.test(name))
  const proxies = isExempt(parent['NO_PROXY'] ?? parent['no_proxy'] ?? '') ? [] : PROXIES
  const inherited = [...names, ...proxies].flatMap((name) => {
    const value = parent[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  return {
    ...Object.fromEntries(inherited),
    XDG_CONFIG_HOME: folder,
    XDG_CACHE_HOME: folder,
    TMPDIR: folder,
    TEMP: folder,
    TMP: folder,
    ...(quotaProject === undefined ? {} : {GOOGLE_CLOUD_QUOTA_PROJECT: quotaProject}),
  }
}

function isExempt(noProxy: string): boolean {
  return noProxy
    .split(/[\s,]+/)
    .some((entry) => entry === '*' || entry.replace(/^\*?\./, '').replace(/:443$/, '') === 'googleapis.com')
}
