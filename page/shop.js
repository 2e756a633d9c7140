// The shop's own script: asks through the snippet, as any page would, and shows what arrives in the data layer.

const shop = await (await fetch('/shop.json')).json()
const find = (selector) => document.querySelector(selector)

/** An element with a text; nothing that came over a wire is ever read as HTML. */
function make(name, text, attributes = {}) {
  const element = document.createElement(name)
  element.textContent = text
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value)
  return element
}

function show(value) {
  if (Array.isArray(value)) return value.map(show).join(', ') || 'none'
  if (value === null || value === undefined) return 'not known'
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}

function fillList(list, attributes) {
  const rows = Object.entries(attributes).flatMap(([name, value]) => [make('dt', name), make('dd', show(value))])
  list.replaceChildren(...rows)
}

/** Dotted names of what is in attributes, at every depth. */
function namesIn(value, prefix = '') {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return []
  return Object.entries(value).flatMap(([name, inner]) => [prefix + name, ...namesIn(inner, `${prefix}${name}.`)])
}

/** All that was pushed so far, the newest first, and whether anything of it is for servers only. */
function drawLayer() {
  const lines = dataLayer.map((entry) => JSON.stringify('length' in entry ? [...entry] : entry, null, 1))
  find('#pushes').replaceChildren(
    ...lines.toReversed().map((text) => {
      const item = make('li', '')
      item.append(make('pre', text.replaceAll(/\n */g, ' ')))
      return item
    }),
  )
  const names = new Set(dataLayer.flatMap((entry) => namesIn(entry.stitch?.attributes)))
  const found = shop.serverOnly.filter((name) => names.has(name))
  const kept = find('#kept')
  kept.textContent = `${shop.serverOnly.length} attributes are for servers only, and ${found.length} of them are here.`
  kept.dataset.found = String(found.length)
  find('#names').textContent = shop.serverOnly.join(', ')
}

function ask(request, status, list) {
  const mode = find('input[name=mode]:checked').value
  const began = performance.now()
  status.textContent = isAgreed ? 'Asking …' : 'Waits for your yes.'
  delete status.dataset.status
  stitch({...request, mode}, (result) => {
    const ms = Math.round(performance.now() - began)
    const how = mode === 'async' ? 'through Pub/Sub' : 'at once'
    status.textContent = `${result.error ?? result.status.replace('_', ' ')}, ${how}, after ${ms} ms`
    status.dataset.status = result.status
    fillList(list, result.attributes)
    // The push comes before the answer, and what others make of it right after.
    setTimeout(drawLayer)
  })
}

let isAgreed = false
find('#consent').addEventListener('click', ({target}) => {
  const state = target.dataset.consent
  if (!state) return
  isAgreed = state === 'granted'
  find('#consent').dataset.state = state
  find('#consent p').textContent = isAgreed
    ? 'You said yes, so ids are looked up.'
    : 'You said no, so nothing is asked.'
  gtag('consent', 'update', {analytics_storage: state})
  drawLayer()
})

const who = find('#who')
who.append(
  ...shop.visitors.map(({id, title, login}, index) =>
    make('option', `${title} · ${id}`, {value: index, 'data-login': login}),
  ),
)
const nameButton = () => {
  find('#enter').textContent = shop.visitors[who.value]?.login ? 'Log in' : 'Come back'
}
who.addEventListener('change', nameButton)
nameButton()

/** Ids that nobody can guess are enough by themselves; for others the shop's own server vouches. */
async function identify({id, login}) {
  if (!login) return {id}
  const body = JSON.stringify({id})
  const answer = await fetch('/login', {method: 'POST', headers: {'content-type': 'application/json'}, body})
  return await answer.json()
}

find('#login').addEventListener('submit', async (event) => {
  event.preventDefault()
  const visitor = shop.visitors[who.value]
  delete find('#visitor-status').dataset.status
  if (visitor) ask(await identify(visitor), find('#visitor-status'), find('#attributes'))
})

find('#shelf').append(
  ...shop.products.map(({id, title}) => {
    const item = make('li', '', {'data-id': id})
    const status = make('p', '', {class: 'status', role: 'status'})
    const list = make('dl', '')
    const button = make('button', 'Look', {type: 'button', class: 'quiet', 'aria-label': `Look at ${title}`})
    button.addEventListener('click', () => ask({id}, status, list))
    item.append(make('strong', title), make('span', id, {class: 'id'}), status, list, button)
    return item
  }),
)
if (shop.products.length === 0) {
  find('#shelf').replaceWith(
    make('p', 'The fixtures have nothing that a browser may look up by its id alone.', {class: 'status'}),
  )
}
if (shop.visitors.length === 0) {
  for (const name of ['#login', '#attributes']) find(name).remove()
  find('#visitor-status').textContent = 'The fixtures have no visitors that are found by an id.'
}
drawLayer()
document.body.dataset.ready = 'true'
