import type {Api} from './api.ts'
import {takesCommands} from './browser-commands.ts'
import {toText} from '../text.ts'

/** What a template has the visitor's browser do. */
export const browserApis: readonly Api[] = [
  {
    name: 'sendPixelFromBrowser',
    create:
      ({exchange, demand}) =>
      (url: unknown) => {
        demand('sendPixelFromBrowser', {permission: 'send_pixel_from_browser', url: toText(url)})
        if (exchange.isFlushed() || !takesCommands(exchange.request)) return false
        exchange.response.pixels.push(toText(url))
        return true
      },
  },
]
