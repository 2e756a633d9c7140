import {z} from 'zod'

/** A folder's files by their path in it; text with LF. */
export type Folder = Readonly<Record<string, string>>

/** Which file holds which section; the order is the one in which Tag Manager writes them. */
export const sectionFiles = [
  {section: 'TERMS_OF_SERVICE', file: 'terms.txt'},
  {section: 'INFO', file: 'info.json'},
  {section: 'TEMPLATE_PARAMETERS', file: 'fields.json'},
  {section: 'SANDBOXED_JS_FOR_SERVER', file: 'template.js'},
  {section: 'SANDBOXED_JS_FOR_WEB_TEMPLATE', file: 'template-web.js'},
  {section: 'SERVER_PERMISSIONS', file: 'permissions.json'},
  {section: 'WEB_PERMISSIONS', file: 'permissions-web.json'},
  {section: 'TESTS', file: 'tests/'},
  {section: 'NOTES', file: 'notes.txt'},
] as const

export const testFiles = {
  /** The tests' names in their order, each with its file. */
  index: 'tests/scenarios.json',
  setup: 'tests/setup.js',
  /** The whole section as it is, where it is not the YAML that Tag Manager writes. */
  whole: 'tests/tests.yaml',
} as const

/** Only there where a file is spelt otherwise than Tag Manager would. */
export const layoutFile = 'layout.json'

/** Line breaks around a section's content, as Tag Manager writes them. */
export const usual = {before: '\n', after: '\n\n\n'} as const

export const Layout = z.object({
  bom: z.boolean().optional(),
  eol: z.enum(['\n', '\r\n']).optional(),
  preamble: z.string().optional(),
  /** Order and spacing of the sections; absent where they are the usual ones. */
  sections: z
    .array(
      z.object({
        name: z.string(),
        marker: z.string().optional(),
        before: z.string().optional(),
        after: z.string().optional(),
      }),
    )
    .optional(),
  /** The spelling of tests; used as long as it says what the test's file says. */
  tests: z
    .object({
      head: z.string().optional(),
      items: z.record(z.string(), z.string()).optional(),
      setup: z.string().optional(),
      /** Whether setup stands before the scenarios. */
      setupFirst: z.boolean().optional(),
      tail: z.string().optional(),
    })
    .optional(),
})
export type Layout = z.infer<typeof Layout>

export const TestIndex = z.array(z.object({name: z.string(), file: z.string()}))
export type TestIndex = z.infer<typeof TestIndex>
