/** A value and who said it, for people: `gcloud`, `flag --project`. */
export type Told<T> = {readonly value: T; readonly from: string}

/** What a folder and this machine say by themselves. */
export type Surroundings = {
  /** The folder of the project, absolute; need not exist. */
  readonly folder: string
  /** Root of the git repository that the folder lies in. */
  readonly gitRoot: string | undefined
  /** Where the repository is hosted, as far as its remote or files tell. */
  readonly host: 'github' | 'gitlab' | undefined
  /** Text of package.json. */
  readonly packageJson: string | undefined
  readonly hasLockFile: boolean
  /** Text of .gitignore. */
  readonly gitignore: string | undefined
  /** Whether a folder of the name `fixtures` holds something already. */
  readonly hasFixtures: boolean
  /** Whether the repository has a .gitlab-ci.yml. */
  readonly hasGitlabCi: boolean
  /** What gcloud is set to. */
  readonly project: Told<string> | undefined
  readonly region: Told<string> | undefined
}

/** Everything decided. */
export type InitChoices = {
  readonly project: string | undefined
  readonly region: string
  readonly sgtmUrl: string | undefined
  readonly withHandlers: boolean
  /** Version of stitch, for a CI without a package.json. */
  readonly version: string
}

/** One file to be made, or to be changed where it is there already (`before` is its text). Absolute path. */
export type PlannedFile = {readonly path: string; readonly text: string; readonly before?: string}

/** Packaged files to start from. */
export type StarterFiles = {
  /** Folder of the demo's fixtures. */
  readonly fixtures: string
  /** Folder of what a new project has instead of the demo's. */
  readonly starter: string
}

export type InitPlan = {
  readonly files: readonly PlannedFile[]
  /** Files that would have to be overwritten. */
  readonly conflicts: readonly string[]
  /** Commands, in their order, each with what it is for. */
  readonly next: readonly {readonly command: string; readonly what: string}[]
}
