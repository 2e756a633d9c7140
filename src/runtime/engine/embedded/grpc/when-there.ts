/** Goes on with a value: at once where it is there, so that what need not wait stays synchronous. */
export function whenThere<T, R>(value: T | Promise<T>, goOn: (value: T) => R): R | Promise<R> {
  return value instanceof Promise ? value.then(goOn) : goOn(value)
}

/** The same for the answers of a stream. */
export function streamWhenThere<T, M>(
  value: T | Promise<T>,
  goOn: (value: T) => Iterable<M>,
): Iterable<M> | AsyncIterable<M> {
  return value instanceof Promise ? streamLater(value, goOn) : goOn(value)
}

async function* streamLater<T, M>(value: Promise<T>, goOn: (value: T) => Iterable<M>): AsyncGenerator<M, void> {
  yield* goOn(await value)
}
