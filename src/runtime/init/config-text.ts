import type {InitChoices} from './types.ts'

const BROWSER_VISITOR = ['gender', 'purchases', 'deviceTypes', 'visits', 'lastNps', 'favoriteBrand', 'badges']
const SERVER_VISITOR = [
  'customerId',
  ...BROWSER_VISITOR,
  'locale',
  'country',
  'lifetimeRevenue',
  'currency',
  'lastPurchaseAt',
  'consent',
  'crm.segment',
]
const BROWSER_PRODUCT = ['name', 'brand', 'category', 'price', 'currency']

/** The configuration of a new project, as a person would write it. `fixtures` is the name of the fixtures' folder. */
export function writeConfigText(choices: InitChoices, fixtures: string): string {
  const {project, region, sgtmUrl, withHandlers: own} = choices
  const visitor = own ? ['loyaltyTier'] : []
  const places =
    fixtures === 'fixtures'
      ? []
      : [entry('fixtures', fixtures), entry('container', `${fixtures}/container/container.json`)]
  const head = [
    ...(project === undefined ? [] : [entry('project', project)]),
    ...places,
    ...(own ? [entry('handlers', 'stitch.handlers.ts')] : []),
  ]
  const product = '"product": {"match": "^P-\\\\d+$", "collection": "products", "browserLookup": true}'
  const store = '"store": {"match": "^ST-\\\\d{3}$", "resolver": true, "browserLookup": true}'
  const deploy = [entry('region', region), ...(sgtmUrl === undefined ? [] : [entry('sgtmUrl', sgtmUrl)])]
  return `{
${head.map((line) => `  ${line},\n`).join('')}${head.length > 0 ? '\n' : ''}  "kinds": {
    ${product},${own ? `\n    ${store},` : ''}
    "visitor": {
      "collection": "visitors",
      "graph": true,
      "namespaces": {
        "customer_id": {"match": "^C-\\\\d+$", "normalise": ["trim"]},
        "cookie": {"match": "^ck_[0-9a-f]{32}$", "browserLookup": true},
        "device": {"match": "^d_[0-9a-f]{10}$"},
        "email": {"match": "^\\\\s*[^@\\\\s]+@[^@\\\\s]+\\\\s*$", "normalise": ["nfkc", "trim", "lower"]}
      }
    }
  },

  "destinations": {
    "browser": {
      "product": ${list(BROWSER_PRODUCT)},${own ? `\n      "store": ${list(['name', 'city', 'opensAt'])},` : ''}
      "visitor": ${list([...BROWSER_VISITOR, ...visitor])}
    },
    "server": {
      "product": ${list([...BROWSER_PRODUCT, 'cost', 'profitMargin', 'stock'])},${own ? `\n      "store": ${list(['name', 'city', 'opensAt', 'rent'])},` : ''}
      "visitor": [
${[...SERVER_VISITOR, ...visitor].map((name) => `        "${name}"`).join(',\n')}
      ]
    }
  },

  "sensitive": {
    "product": ["cost", "profitMargin"],${own ? '\n    "store": ["rent"],' : ''}
    "visitor": ["email", "phone", "crm.creditLimit"]
  },

  "blockedValues": ["^[0-]*$", "^(?:null|none|nan|undefined|anonymous|guest|unknown|true|false)$"],

  "deploy": {${deploy.join(', ')}}
}
`
}

function entry(key: string, value: string): string {
  return `${JSON.stringify(key)}: ${JSON.stringify(value)}`
}

function list(names: readonly string[]): string {
  return `[${names.map((name) => JSON.stringify(name)).join(', ')}]`
}
