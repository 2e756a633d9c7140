/** How long an asynchronous request may take to its callback, retries included, in milliseconds. */
const PATIENT_MS = 20_000
/** The same after one has stayed out: where the path is broken, waiting for every request would take minutes. */
const IMPATIENT_MS = 2_000

/** Remembers whether callbacks come at all in this run. */
export type Patience = {
  /** Milliseconds to wait for the next callback. */
  readonly ms: () => number
  readonly note: (came: boolean) => void
}

/** Begins patient; a missing callback makes it impatient until one comes. */
export function createPatience(): Patience {
  let lost = false
  return {
    ms: () => (lost ? IMPATIENT_MS : PATIENT_MS),
    note: (came) => {
      lost = !came
    },
  }
}
