/** What a person can make happen. A key whose action is missing is neither handled nor shown. None of them throws. */
export type Actions = {
  /** Everything once more. */
  readonly rerun?: () => void
  /** One request once more. */
  readonly replay?: (trace: string) => void
  /** Firestore as the fixtures have it. */
  readonly reseed?: () => void
  readonly openUrl?: (url: string) => void
  /** Ends the run in order; also what ctrl-c does. */
  readonly quit: () => void
}
