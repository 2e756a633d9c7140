import * as Flags from '@oclif/core/flags'

/** Which databases are meant where an engine cannot tell. */
export const databaseFlag = {
  database: Flags.string({
    summary: 'Database of an official emulator. Can be passed multiple times.',
    description: 'Default: (default). The embedded engine knows its databases and projects, and all are meant.',
    multiple: true,
    helpGroup: 'ENGINE',
    helpValue: 'ID',
  }),
}
