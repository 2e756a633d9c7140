/**
 * The methods that remain on the built-in prototypes, from
 * https://developers.google.com/tag-platform/tag-manager/templates/standard-library. `hasOwnProperty` is not in that
 * list, but published templates use it throughout.
 */
export const standardLibrary = {
  array: words(
    'concat every filter forEach indexOf join lastIndexOf map pop push reduce reduceRight reverse shift slice some sort splice toString unshift',
  ),
  string: words(
    'charAt concat indexOf lastIndexOf match replace search slice split substring toLowerCase toLocaleLowerCase toString toUpperCase toLocaleUpperCase trim',
  ),
  /** Not documented, but a widely used template calls it: it works and is pointed out. */
  tolerated: words('startsWith'),
  object: words('toString hasOwnProperty'),
  number: words('toString'),
  boolean: words('toString'),
  promise: words('then catch finally'),
  error: words('name message toString'),
} as const

/** Every documented name, for pointing out calls of others. */
export const documentedMethods: ReadonlySet<string> = new Set(
  Object.entries(standardLibrary).flatMap(([kind, names]) => (kind === 'tolerated' ? [] : names)),
)

/** Names of the test API, which tests have without `require`. A published template requires one and never calls it. */
export const testApiNames: ReadonlySet<string> = new Set(words('assertApi assertThat fail mock mockObject runCode'))

function words(text: string): readonly string[] {
  return text.split(' ')
}
