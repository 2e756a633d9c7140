import type {Journal} from '../journal.ts'
import type {Policies} from './policies.ts'

/** A journal that takes a resource's policy away when the resource goes, so that one of the same name begins without. */
export function forgetPolicies(
  journal: Journal,
  policies: Pick<Policies, 'forget'>,
  exists: (resource: string) => boolean,
): Journal {
  return {
    ...journal,
    resource: (name, config) => {
      journal.resource(name, config)
      if (config) return
      // Of schemas each revision is a resource here.
      const [resource = ''] = name.split('@')
      // A subscription that is detached is made anew within the turn, and keeps its policy.
      queueMicrotask(() => {
        if (!exists(resource)) policies.forget(resource)
      })
    },
  }
}
