export type CiInput = {
  /** The project's folder below the repository's root, with slashes; empty for the root itself. */
  readonly folder: string
  readonly hasPackage: boolean
  readonly hasLockFile: boolean
  /** Of stitch, which is fetched by this where there is no package.json. */
  readonly version: string
}

const INTRO =
  '# Sends every request of the scenarios through the whole path, on the runner alone: no project, no credentials.\n'

/** A workflow of GitHub Actions. */
export function writeGithubWorkflow({folder, hasPackage, hasLockFile, version}: CiInput): string {
  const below = folder === '' ? '' : `${folder}/`
  const home = folder === '' ? '' : `    defaults:\n      run:\n        working-directory: ${folder}\n`
  const cache = hasLockFile
    ? `          cache: npm\n${folder === '' ? '' : `          cache-dependency-path: ${below}package-lock.json\n`}`
    : ''
  return `${INTRO}name: stitch
on: [push, pull_request]
permissions:
  contents: read
jobs:
  simulate:
    runs-on: ubuntu-latest
    timeout-minutes: 10
${home}    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with:
          node-version: 24
${cache}${installLine({hasPackage, hasLockFile}, '      - run: ')}      - run: ${simulateLine(hasPackage, version)} --report github
      - uses: actions/upload-artifact@v4
        if: always()
        with:
          name: stitch
          path: |
            ${below}stitch.xml
            ${below}stitch.ndjson
`
}

/** A job of GitLab's CI. */
export function writeGitlabJob({folder, hasPackage, hasLockFile, version}: CiInput): string {
  const below = folder === '' ? '' : `${folder}/`
  return `${INTRO}stitch:
  image: node:24
  script:
${folder === '' ? '' : `    - cd ${folder}\n`}${installLine({hasPackage, hasLockFile}, '    - ')}    - ${simulateLine(hasPackage, version)}
  artifacts:
    when: always
    paths:
      - ${below}stitch.ndjson
    reports:
      junit: ${below}stitch.xml
`
}

function installLine({hasPackage, hasLockFile}: Pick<CiInput, 'hasPackage' | 'hasLockFile'>, before: string): string {
  return hasPackage ? `${before}npm ${hasLockFile ? 'ci' : 'install'}\n` : ''
}

function simulateLine(hasPackage: boolean, version: string): string {
  const stitch = hasPackage ? 'npx stitch' : `npx --yes --package sgtm-stitch@${version} stitch`
  return `${stitch} simulate --async --report junit=stitch.xml --events stitch.ndjson`
}
