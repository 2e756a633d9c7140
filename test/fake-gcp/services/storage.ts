import type {Route} from '../service.ts'
import {getSigned, putSigned} from './storage/objects.ts'

const host = 'storage.googleapis.com'

/** Signed URLs of Cloud Storage, through which functions' sources go up and come down. */
export const routes: readonly Route[] = [
  {method: 'PUT', host, path: '/:bucket/:object*', open: true, handle: putSigned},
  {method: 'GET', host, path: '/:bucket/:object*', open: true, handle: getSigned},
]
