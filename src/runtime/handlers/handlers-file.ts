// The types of a project's own file, as `sgtm-stitch/handlers` gives them to it: this file is copied as it is, so it
// holds types only and imports nothing.

/**
 * What the file that `handlers` names in the configuration exports by default. What its functions return passes the
 * same allow-lists as a document: nothing leaves that no list names.
 */
export type Handlers = {
  /** Reads from somewhere else than Firestore, by kind; the kind has `"resolver": true` in the configuration. */
  readonly resolvers?: Readonly<Record<string, Resolver>>
  /** Attributes that are added to what was found, by kind; one of the same name takes its place. */
  readonly enrich?: Readonly<Record<string, Enricher>>
}

/**
 * Attributes by name: texts, numbers, bigints (64-bit integers), booleans, null, dates, bytes, and lists and objects of
 * them. What is undefined is left out; any other object counts as what JSON makes of it.
 */
export type Attributes = Readonly<Record<string, unknown>>

/** Finds what belongs to an id; undefined where there is nothing. A rejection counts as a database that fails. */
export type Resolver = (call: ResolverCall) => Promise<Attributes | undefined> | Attributes | undefined

/** Makes further attributes of those that were found. A rejection counts as a database that fails. */
export type Enricher = (call: EnricherCall) => Promise<Attributes | undefined> | Attributes | undefined

export type ResolverCall = {
  readonly kind: string
  /** As it was asked for, whatever that is: data, never a part of a query's text. */
  readonly id: string
  /** Aborts when nobody waits any more: after `deadlines.firestoreMs`. */
  readonly signal: AbortSignal
  /** A line in the functions' log, beside the request's trace. The id in it is replaced; attributes do not belong there. */
  readonly log: (text: string, severity?: 'INFO' | 'WARNING' | 'ERROR') => void
}

export type EnricherCall = Omit<ResolverCall, 'id'> & {
  /** Of the document: for a kind with namespaces the visitor's, not the one that was asked for. */
  readonly id: string
  /** Everything that was found, on a list or not, as plain JSON: times are RFC 3339 texts, places `{lat, lng}`. */
  readonly attributes: Readonly<Record<string, unknown>>
}
