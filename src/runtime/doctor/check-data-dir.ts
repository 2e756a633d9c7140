import type {DoctorProbes, DoctorSubject, Problem} from './types.ts'

type Finding = Omit<Problem, 'check'>

/** A run of ten thousand visitors writes about 30 MB of documents, their journal and its logs. */
const NEEDED_BYTES = 50 * 2 ** 20

/** Whether documents and logs can be written. */
export async function checkDataDir({dataDir}: DoctorSubject, probes: DoctorProbes): Promise<Finding[]> {
  const {refused, freeBytes} = await probes.inspectFolder(dataDir)
  const hint = '--data-dir DIR keeps documents and logs in another folder'
  if (refused)
    return [
      {severity: 'problem', sentence: `Nothing can be written to ${dataDir} (${refused}), so nothing can start.`, hint},
    ]
  if (freeBytes === undefined || freeBytes >= NEEDED_BYTES) return []
  const left = Math.floor(freeBytes / 2 ** 20)
  return [
    {
      severity: 'problem',
      sentence: `${left} MiB are free for ${dataDir}, so documents may not fit.`,
      hint: `df -h ${dataDir}`,
    },
  ]
}

/** Whether somebody works in the data folder, or died there. The next run clears up after the dead by itself. */
export async function checkLock({dataDir}: DoctorSubject, probes: DoctorProbes): Promise<Finding[]> {
  const lock = await probes.inspectLock(dataDir)
  if (!lock) return []
  const who = lock.owner ? `${lock.owner.command} (process ${lock.owner.pid})` : 'A process'
  switch (lock.life) {
    case 'alive':
      return [
        {
          severity: 'problem',
          sentence: `${who} works in ${dataDir}, so no other run can start there.`,
          hint: `kill ${lock.owner?.pid}, or --data-dir DIR`,
        },
      ]
    case 'elsewhere':
      return [
        {
          severity: 'problem',
          sentence: `${who} on ${lock.owner?.machine} holds ${dataDir}, so no other run can start there.`,
          hint: `rm ${dataDir}/lock.json when that process is gone`,
        },
      ]
    case 'dead':
      return [
        {
          severity: 'note',
          sentence: `${who} was killed while it worked in ${dataDir}, so its lock is still there.`,
          hint: 'the next run takes it over',
        },
      ]
    default:
      return lock.life satisfies never
  }
}
