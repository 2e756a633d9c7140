import type {FieldPath} from './ports.ts'

const NAME = /^[A-Za-z_][\w-]{0,127}$/
const REFUSED = new Set(['__proto__', 'prototype', 'constructor'])

/** Splits `crm.segment`; undefined for anything but plain names, for names of JavaScript's own, and over 20 levels. */
export function parseFieldPath(text: string): FieldPath | undefined {
  const segments = text.split('.')
  const plain = segments.length <= 20 && segments.every((name) => NAME.test(name) && !REFUSED.has(name))
  // Firestore keeps names of the form __x__ for itself.
  return plain && !segments.some((name) => /^__.*__$/.test(name)) ? segments : undefined
}

/** True when `outer` is `inner` or one of its ancestors. */
export function covers(outer: FieldPath, inner: FieldPath): boolean {
  return outer.length <= inner.length && outer.every((name, index) => name === inner[index])
}

/** True when one covers the other. */
export function overlaps(a: FieldPath, b: FieldPath): boolean {
  return covers(a, b) || covers(b, a)
}

/** The paths that both lists reach: of each overlapping pair the narrower one. */
export function intersectPaths(a: readonly FieldPath[], b: readonly FieldPath[]): readonly FieldPath[] {
  return mergePaths(
    a.flatMap((left) => b.flatMap((right) => (covers(left, right) ? [right] : covers(right, left) ? [left] : []))),
  )
}

/** Without duplicates and without paths that another one covers. */
export function mergePaths(paths: readonly FieldPath[]): readonly FieldPath[] {
  return paths.filter(
    (path, index) =>
      !paths.some((other, at) => at !== index && covers(other, path) && (other.length < path.length || at < index)),
  )
}
