// Your own logic. It is bundled with the functions, so what is simulated is what is deployed.
import type {Handlers} from 'sgtm-stitch/handlers'

type Store = {readonly name: string; readonly city: string; readonly opensAt: string; readonly rent: number}

/** Stands for a source of yours: a table in BigQuery, an API. Its package is installed here and bundled in. */
const STORES: ReadonlyMap<string, Store> = new Map([
  ['ST-001', {name: 'Bahnhofstrasse', city: 'Zürich', opensAt: '09:00', rent: 18_400}],
  ['ST-002', {name: 'Rue du Pont', city: 'Lausanne', opensAt: '10:00', rent: 7_900}],
])

export default {
  // Asked for kinds that say "resolver": true. Pass the signal on: nobody waits longer than deadlines.firestoreMs.
  resolvers: {
    store: async ({id}) => STORES.get(id),
  },
  // Adds attributes to what was found. What leaves is named in "destinations", here as everywhere.
  enrich: {
    visitor: ({attributes}) => ({loyaltyTier: Number(attributes['purchases'] ?? 0) >= 20 ? 'gold' : 'silver'}),
  },
} satisfies Handlers
