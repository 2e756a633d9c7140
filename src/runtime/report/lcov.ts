/** What is known of a file's lines. */
export type LineCounts = {
  readonly file: string
  readonly lines: readonly {readonly line: number; readonly count: number}[]
}

/** Coverage in the format of lcov's tracefiles, which editors and code hosts read. See `man geninfo`. */
export function renderLcov(files: readonly LineCounts[]): string {
  return files
    .map(({file, lines}) =>
      [
        'TN:',
        `SF:${file}`,
        ...lines.map(({line, count}) => `DA:${line},${count}`),
        `LF:${lines.length}`,
        `LH:${lines.filter(({count}) => count > 0).length}`,
        'end_of_record\n',
      ].join('\n'),
    )
    .join('')
}
