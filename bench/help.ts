// How long `stitch --help` takes, as a multiple of a Node that does nothing. Aim: at most 3.5.
import {interleave, median, printMachine, printTable, ratio, timeNode} from './measure.ts'

const figures = await interleave(15, {
  node: () => timeNode(['-e', '0']),
  help: () => timeNode(['bin/run.js', '--help']),
  version: () => timeNode(['bin/run.js', '--version']),
  simulateHelp: () => timeNode(['bin/run.js', 'simulate', '--help']),
})
printMachine()
printTable(
  'Start of the command line (15 rounds, caches warm)',
  ['command', 'median ms', 'times node -e 0'],
  (
    [
      ['node -e 0', 'node'],
      ['stitch --version', 'version'],
      ['stitch --help', 'help'],
      ['stitch simulate --help', 'simulateHelp'],
    ] as const
  ).map(([name, key]) => [name, median(figures[key]).toFixed(0), ratio(figures[key], figures.node)]),
)
