import type {Parameters} from '../types.ts'

type Finding = {readonly approximated: string[]; readonly missing: string[]}

/** What is to be said about one of Google's own clients or tags. */
export function assessBuiltIn(kind: 'client' | 'tag', type: string, parameters: Parameters, finding: Finding): void {
  const {approximated, missing} = finding
  switch (type) {
    case 'gaaw_client':
      if (parameters['cookieManagement'] === 'server')
        approximated.push('the id is kept in its cookie, but the cookie FPLC, which leads to other domains, is not set')
      if (parameters['activateGtagSupport'] === true)
        approximated.push('gtag.js is answered with 404 unless an outbound rule answers for googletagmanager.com')
      return
    case 'gtm_client':
      approximated.push('gtm.js is answered with 404 unless an outbound rule answers for googletagmanager.com')
      if (parameters['activateDependencyServing'] === true)
        approximated.push('scripts that gtm.js itself loads are not served')
      return
    case 'ua_client':
      if (parameters['cookieManagement'] === 'server')
        approximated.push('the client id is that of the hit, and no cookie is set')
      return
    case 'sgtmgaaw':
      for (const [key, what] of included) {
        const choice = parameters[key] ?? 'all'
        if (choice !== 'all' && choice !== 'none') approximated.push(`${what} are all sent, not only those chosen`)
      }
      return
    default:
      if (kind === 'tag')
        approximated.push("it is Google's own and stands in: what it was given is captured, nothing is made of it")
      else missing.push("it is Google's own and stands in: it claims no request")
  }
}

const included = [
  ['epToIncludeDropdown', 'event parameters'],
  ['upToIncludeDropdown', 'user properties'],
] as const

/** What is to be said about a Firestore Lookup that names a project of its own. */
export function assessLookUp({projectId, setProjectId}: Parameters, {approximated}: Finding): void {
  if (typeof projectId === 'string' && projectId !== '' && setProjectId !== false)
    approximated.push(`it reads the project ${projectId} of the local Firestore, which fixtures do not fill`)
}
