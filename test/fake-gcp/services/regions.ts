import {fail, type FakeCall} from '../service.ts'

/** Regions of Cloud Run and Cloud Functions, and the letters that stand for each in a run.app address. */
const REGIONS: Readonly<Record<string, string>> = {
  'us-central1': 'uc',
  'us-east1': 'ue',
  'us-east4': 'uk',
  'us-east5': 'ul',
  'us-south1': 'vp',
  'us-west1': 'uw',
  'us-west2': 'wl',
  'us-west3': 'wm',
  'us-west4': 'wn',
  'northamerica-northeast1': 'nn',
  'northamerica-northeast2': 'pd',
  'southamerica-east1': 'rj',
  'southamerica-west1': 'tl',
  'europe-west1': 'ew',
  'europe-west2': 'nw',
  'europe-west3': 'ey',
  'europe-west4': 'ez',
  'europe-west6': 'oa',
  'europe-west8': 'oc',
  'europe-west9': 'od',
  'europe-central2': 'lm',
  'europe-north1': 'lz',
  'europe-southwest1': 'no',
  'me-west1': 'zf',
  'asia-east1': 'de',
  'asia-east2': 'df',
  'asia-northeast1': 'an',
  'asia-northeast2': 'dt',
  'asia-northeast3': 'du',
  'asia-south1': 'el',
  'asia-southeast1': 'as',
  'asia-southeast2': 'et',
  'australia-southeast1': 'ts',
}

export const REGION_NAMES: readonly string[] = Object.keys(REGIONS)

/** The region of the path. A region that does not exist is answered like one that may not be used: 403. */
export function regionOf({params}: FakeCall): string {
  const region = params['location'] ?? ''
  if (!(region in REGIONS)) {
    fail(403, 'PERMISSION_DENIED', `Permission denied on 'locations/${region}' (or it may not exist).`)
  }
  return region
}

/** `uc` for us-central1. */
export function regionCode(region: string): string {
  return REGIONS[region] ?? 'zz'
}
