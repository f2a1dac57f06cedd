import type { Plugin } from 'vite'

/**
 * One front-end entry of three. Its page is `<name>.html` in the web folder and `index.html` in its own output folder;
 * the dev server answers every path the entry routes itself with that page, as the program does.
 */
export function entry(name: 'm' | 'p'): Plugin {
  return {
    name: `fengsui-entry-${name}`,
    enforce: 'post',
    configureServer(server) {
      server.middlewares.use((request, _response, next) => {
        const path = (request.url ?? '').split('?')[0] ?? ''
        if (path.startsWith(`/${name}`) && !path.includes('.') && !path.includes('@')) {
          request.url = `/${name}/${name}.html`
        }
        next()
      })
    },
    generateBundle(_options, bundle) {
      const page = bundle[`${name}.html`]
      if (page) page.fileName = 'index.html'
    },
  }
}

/** Where the dev server finds the program. */
export const server = {
  proxy: Object.fromEntries(
    ['/api', '/ogc', '/tiles'].map((path) => [path, { target: process.env['FENGSUI_URL'] ?? 'http://127.0.0.1:8080', changeOrigin: false }]),
  ),
}

/** What every entry is compiled to: township offices still run Chromium kernels of 2020. */
export const target = 'chrome87'

/** vue-i18n without the parts that would need `eval`. */
export const define = {
  __VUE_OPTIONS_API__: 'true',
  __VUE_PROD_DEVTOOLS__: 'false',
  __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
  __VUE_I18N_FULL_INSTALL__: 'false',
  __VUE_I18N_LEGACY_API__: 'false',
  __INTLIFY_JIT_COMPILATION__: 'true',
  __INTLIFY_DROP_MESSAGE_COMPILER__: 'false',
  __INTLIFY_PROD_DEVTOOLS__: 'false',
}
