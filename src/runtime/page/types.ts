/** What the shop has on its shelf and who may come: ids, and names that browsers may see. */
export type Shop = {
  /** Things whose ids a browser may look up by itself. */
  readonly products: readonly {readonly id: string; readonly title: string}[]
  /** `login`: a browser may look the id up only with the token that the shop's server signs. */
  readonly visitors: readonly {readonly id: string; readonly title: string; readonly login: boolean}[]
  /** Names of attributes that no browser gets. */
  readonly serverOnly: readonly string[]
}

/** What the page's own server does besides sending files. */
export type ShopBackend = {
  /** Read anew for every visit, since fixtures change. */
  readonly readShop: () => Promise<Shop>
  /** The id token of a visitor who has logged in. */
  readonly signId: (id: string) => string
  /** The script that asks the container, filled in. */
  readonly snippet: string
  /** Origin of the container, the only other one that the page may talk to. */
  readonly containerOrigin: string
}

/** A page that is served. Until it is opened it answers 503. */
export type Page = AsyncDisposable & {
  readonly url: string
  /** Its origins, as browsers send them: by address and by name. */
  readonly origins: readonly string[]
  readonly open: (backend: ShopBackend) => void
}
