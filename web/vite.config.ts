import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { ElementPlusResolver } from 'unplugin-vue-components/resolvers'
import Components from 'unplugin-vue-components/vite'
import { defineConfig } from 'vite'
import { define, server, target } from './build/entry.ts'

/** The desk at `/`. */
export default defineConfig({
  // As on the phone: words need names in braces and nothing else (`src/shared/i18n/ready.ts`).
  define: { ...define, __INTLIFY_DROP_MESSAGE_COMPILER__: 'true' },
  plugins: [
    vue(),
    Components({ dts: false, dirs: [], resolvers: [ElementPlusResolver({ importStyle: 'css' })] }),
  ],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  publicDir: 'public',
  server,
  build: {
    target,
    cssTarget: target,
    outDir: 'dist',
    emptyOutDir: true,
    manifest: 'manifest.json',
    // The list of what each page would load beforehand grows with every page and is part of the first screen: a page
    // fetches its own parts when it is opened.
    modulePreload: { polyfill: false, resolveDependencies: (_, deps, { hostType }) => (hostType === 'js' ? [] : deps) },
    rolldownOptions: { input: 'index.html' },
  },
})
