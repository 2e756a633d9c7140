/** Whether a file is a template for web containers, known by its marker on a line of its own. */
export function isWebOnly(text: string): boolean {
  return (
    /^[ \t\uFEFF]*___SANDBOXED_JS_FOR_WEB_TEMPLATE___\s*$/m.test(text) &&
    !/^[ \t\uFEFF]*___SANDBOXED_JS_FOR_SERVER___\s*$/m.test(text)
  )
}
