import {fail} from '../outcome.ts'
import type {FunctionCompiler} from '../outcome.ts'
import {GEO_POINT, VECTOR} from './parameters.ts'
import {double, integer} from './results.ts'
import {strict} from './strict.ts'

type Vector = readonly number[]

/** Vectors of different lengths have no distance, and neither have those for which it is not a number. */
function distance(name: string, measure: (left: Vector, right: Vector) => number): FunctionCompiler {
  return strict(name, [VECTOR, VECTOR], (left, right) => {
    if (left.length !== right.length) return fail(`${name}(...) requires vectors of the same length`)
    const result = measure(left, right)
    return Number.isNaN(result) ? fail(`${name}(...) has no result for these vectors`) : double(result)
  })
}

function sumOf(left: Vector, right: Vector, term: (left: number, right: number) => number): number {
  let sum = 0
  for (const [at, value] of left.entries()) sum += term(value, right[at]!)
  return sum
}

function multiply(left: Vector, right: Vector): number {
  return sumOf(left, right, (a, b) => a * b)
}

/** Rounding may bring a cosine past 1; a vector without a direction has none, which is 0 divided by 0. */
function cosineDistance(left: Vector, right: Vector): number {
  const cosine = multiply(left, right) / Math.sqrt(multiply(left, left) * multiply(right, right))
  return 1 - Math.max(-1, Math.min(1, cosine))
}

/** The mean radius in metres that Google's S2 library computes with. */
const EARTH_RADIUS = 6_371_010

const radians = (degrees: number): number => (degrees * Math.PI) / 180

type Point = {readonly latitude: number; readonly longitude: number}

/** Metres along the great circle, by the haversine formula. */
function measureGround(from: Point, to: Point): number {
  const [north, east] = [radians(to.latitude - from.latitude) / 2, radians(to.longitude - from.longitude) / 2]
  const chord =
    Math.sin(north) ** 2 + Math.cos(radians(from.latitude)) * Math.cos(radians(to.latitude)) * Math.sin(east) ** 2
  return 2 * EARTH_RADIUS * Math.asin(Math.min(1, Math.sqrt(chord)))
}

/** https://docs.cloud.google.com/firestore/native/docs/pipeline/functions/vector_functions, and distances of places. */
export const DISTANCES: Readonly<Record<string, FunctionCompiler>> = {
  cosine_distance: distance('cosine_distance', cosineDistance),
  dot_product: distance('dot_product', multiply),
  euclidean_distance: distance('euclidean_distance', (left, right) =>
    Math.sqrt(sumOf(left, right, (a, b) => (a - b) ** 2)),
  ),
  manhattan_distance: distance('manhattan_distance', (left, right) => sumOf(left, right, (a, b) => Math.abs(a - b))),
  vector_length: strict('vector_length', [VECTOR], (vector) => integer(vector.length)),
  geo_distance: strict('geo_distance', [GEO_POINT, GEO_POINT], (from, to) => double(measureGround(from, to))),
}
