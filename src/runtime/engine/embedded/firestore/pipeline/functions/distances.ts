import {DISTANCES as MEASURES} from '../../query/nearest.ts'
import {fail} from '../outcome.ts'
import type {FunctionCompiler} from '../outcome.ts'
import {GEO_POINT, VECTOR} from './parameters.ts'
import {double, integer} from './results.ts'
import {strict} from './strict.ts'

type Vector = readonly number[]

/** Vectors of different lengths have no distance, and neither have those for which it is no number, as for one of zeros. */
function distance(name: string, measure: (left: Vector, right: Vector) => number): FunctionCompiler {
  return strict(name, [VECTOR, VECTOR], (left, right) => {
    if (left.length !== right.length) return fail(`${name}(...) requires vectors of the same length`)
    const result = measure(left, right)
    return Number.isNaN(result) ? fail(`${name}(...) has no result for these vectors`) : double(result)
  })
}

/** Rounding may bring a cosine past 1. */
function cosineDistance(left: Vector, right: Vector): number {
  return Math.max(0, Math.min(2, MEASURES.COSINE(left, right)))
}

function manhattanDistance(left: Vector, right: Vector): number {
  let sum = 0
  for (const [at, value] of left.entries()) sum += Math.abs(value - right[at]!)
  return sum
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
  dot_product: distance('dot_product', MEASURES.DOT_PRODUCT),
  euclidean_distance: distance('euclidean_distance', MEASURES.EUCLIDEAN),
  manhattan_distance: distance('manhattan_distance', manhattanDistance),
  vector_length: strict('vector_length', [VECTOR], (vector) => integer(vector.length)),
  geo_distance: strict('geo_distance', [GEO_POINT, GEO_POINT], (from, to) => double(measureGround(from, to))),
}
