// Asks the stitch endpoint for attributes and pushes them to the data layer. The build makes it small and ES5, so that it
// can stand in any page and in a Custom HTML tag; `stitch container export` fills in the settings.
;(function (window, settings) {
  'use strict'

  var layer = (window[settings.layer] = window[settings.layer] || [])
  var waiting = []
  var byDefault, updated

  // Another copy on the page has done all this already.
  if (window[settings.name]) return

  /** Nothing that goes wrong here may reach the page. */
  function safely(work) {
    return function () {
      try {
        work.apply(this, arguments)
      } catch {}
    }
  }

  function isAllowed() {
    return !settings.consent || (updated || byDefault) === 'granted'
  }

  /** Consent changes one way or the other: `granted`, or anything else for no. */
  function decide(state) {
    updated = state
    while (waiting.length && isAllowed()) ask.apply(null, waiting.shift())
  }

  /**
   * Understands gtag('consent', 'default' | 'update', {...}). Of several defaults a no wins, and one for some regions
   * only never counts as a yes, since the region of this visitor is not known here.
   */
  function readConsent(entry) {
    var state = entry && entry[0] === 'consent' && entry[2] && entry[2][settings.consent]
    if (!state) return
    if (entry[1] === 'update') return decide(state)
    if (state !== 'granted') byDefault = state
    else if (!entry[2].region) byDefault = byDefault || state
    decide(updated)
  }

  /** Calls `then` once with the HTTP status, 0 where there was no answer, and the answer's body. */
  function send(method, url, body, then) {
    var request = new XMLHttpRequest()
    request.onloadend = safely(function () {
      var answer
      safely(function () {
        answer = JSON.parse(request.responseText)
      })()
      then(request.status, answer || {})
    })
    try {
      request.open(method, url)
      request.timeout = settings.timeoutMs
      // A simple request: with application/json the browser would ask for leave first, and take twice as long.
      if (body) request.setRequestHeader('content-type', 'text/plain')
      request.send(body && JSON.stringify(body))
    } catch {
      then(0, {})
    }
  }

  function ask(request, done) {
    if (!isAllowed()) {
      waiting.push([request, done])
      return
    }
    send('POST', settings.url, request, function (status, answer) {
      if (status === 202) pickUp(answer, 200, new Date().getTime() + settings.patienceMs, done)
      else tell(status, answer, done)
    })
  }

  /** Asks for the result of an asynchronous request, less and less often, until patience ends. */
  function pickUp(ticket, pauseMs, until, done) {
    window.setTimeout(
      safely(function () {
        var query = '?requestId=' + ticket.requestId + '&pickup=' + encodeURIComponent(ticket.pickup)
        send('GET', settings.resultUrl + query, null, function (status, answer) {
          var isOpen = !status || status > 499 || answer.status === 'pending'
          if (isOpen && new Date().getTime() + pauseMs < until) pickUp(ticket, pauseMs * 1.5, until, done)
          else tell(status, isOpen ? ticket : answer, done)
        })
      }),
      pauseMs,
    )
  }

  /** Pushes what a page may know; the secret with which a result is fetched is not part of it. */
  function tell(status, answer, done) {
    var message = {event: settings.event}
    var empty = {}
    var result = {status: answer.status || 'degraded', attributes: answer.attributes || {}}
    if (!isAllowed()) return
    if (answer.error) {
      result.status = 'error'
      result.error = answer.error.code
    }
    if (answer.requestId) result.requestId = answer.requestId
    if (answer.kind) result.kind = answer.kind
    if (answer.results) result.results = answer.results
    // The data layer merges objects: what an earlier answer said must not live on in this one.
    empty[settings.key] = null
    message[settings.key] = result
    layer.push(empty)
    layer.push(message)
    if (done) done(result)
  }

  window[settings.name] = safely(function (request, done) {
    if (request) ask(typeof request === 'string' ? {id: request} : request, done)
  })
  /** For consent tools that call back. */
  window[settings.name].consent = safely(function (isGranted) {
    decide(isGranted ? 'granted' : 'denied')
  })

  if (settings.consent) {
    var push = layer.push
    for (var index = 0; index < layer.length; index++) safely(readConsent)(layer[index])
    layer.push = function () {
      var pushed = push.apply(layer, arguments)
      for (var index = 0; index < arguments.length; index++) safely(readConsent)(arguments[index])
      return pushed
    }
  }
})(window, SETTINGS)
