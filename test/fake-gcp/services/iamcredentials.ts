import {type FakeCall, type Route} from '../service.ts'
import {tokenFor} from '../token.ts'

const host = 'iamcredentials.googleapis.com'
const account = '/v1/projects/:project/serviceAccounts/:account'
const on = ({params}: FakeCall): string => `projects/-/serviceAccounts/${params['account']}`

/** Tokens of service accounts for those who may act as them. */
export const routes: readonly Route[] = [
  {
    method: 'POST',
    host,
    path: `${account}:generateAccessToken`,
    permission: 'iam.serviceAccounts.getAccessToken',
    on,
    handle: ({params, body}, cloud) => ({
      accessToken: tokenFor(params['account'] ?? '', body?.scope ?? []),
      expireTime: cloud.time(3_600_000),
    }),
  },
  {
    method: 'POST',
    host,
    path: `${account}:generateIdToken`,
    permission: 'iam.serviceAccounts.getOpenIdToken',
    on,
    handle: ({params, body}) => {
      const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
      return {token: `${part({alg: 'none'})}.${part({aud: body?.audience, email: params['account']})}.`}
    },
  },
]
