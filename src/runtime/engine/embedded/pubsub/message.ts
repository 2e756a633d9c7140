/** A message as it was published; it is never changed. */
export type PublishedMessage = {
  readonly id: string
  /** Milliseconds since the Unix epoch. */
  readonly publishTime: number
  readonly data: Uint8Array
  readonly attributes: Readonly<Record<string, string>>
  /** Empty without ordering. */
  readonly orderingKey: string
}

/** A message on its way to one subscriber. */
export type Delivery = {
  readonly message: PublishedMessage
  readonly ackId: string
  /** How many times it has been delivered, this one included. */
  readonly attempt: number
}
