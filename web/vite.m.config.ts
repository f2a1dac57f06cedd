import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { VantResolver } from 'unplugin-vue-components/resolvers'
import Components from 'unplugin-vue-components/vite'
import { defineConfig } from 'vite'
import { VitePWA } from 'vite-plugin-pwa'
import { define, entry, server, target } from './build/entry.ts'

/** The phone at `/m/`: its own build, so that the service worker keeps exactly its own files. */
export default defineConfig({
  base: '/m/',
  // No part of the phone is written with options, nor is a part of Vant; and its words need names in braces and nothing
  // else (`src/shared/i18n/ready.ts`), so that no compiler of messages travels. 8 KB less on a village line.
  define: { ...define, __VUE_OPTIONS_API__: 'false', __INTLIFY_DROP_MESSAGE_COMPILER__: 'true' },
  plugins: [
    vue(),
    Components({ dts: false, dirs: [], resolvers: [VantResolver()] }),
    entry('m'),
    VitePWA({
      registerType: 'prompt',
      injectRegister: false,
      scope: '/m/',
      manifest: {
        name: '烽燧检查',
        short_name: '烽燧检查',
        lang: 'zh-CN',
        start_url: '/m/',
        scope: '/m/',
        display: 'standalone',
        theme_color: '#1D5663',
        background_color: '#F4F3EF',
        icons: [{ src: '/m/icon.svg', sizes: 'any', type: 'image/svg+xml', purpose: 'any' }],
      },
      workbox: {
        globPatterns: ['**/*.{html,js,css,svg,png}'],
        // The English of the server's sentences is kept by the phones that use it; the others never fetch it.
        globIgnores: ['manifest.json', 'assets/sentences-*.js'],
        runtimeCaching: [{ urlPattern: /\/m\/assets\/sentences-/, handler: 'CacheFirst', options: { cacheName: 'english', expiration: { maxEntries: 2 } } }],
        navigateFallback: '/m/index.html',
        navigateFallbackAllowlist: [/^\/m\//],
        cleanupOutdatedCaches: true,
        // What shows pushes lies beside the desk: one file for both.
        importScripts: ['/push.js'],
        // From the first visit on: somebody signs in at the office and walks straight out of reach.
        clientsClaim: true,
      },
    }),
  ],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  publicDir: 'public-m',
  server,
  build: {
    target,
    cssTarget: target,
    // As for the desk: browsers of the target load modules by themselves, and a page fetches its own parts when it is opened.
    modulePreload: { polyfill: false, resolveDependencies: (_, deps, { hostType }) => (hostType === 'js' ? [] : deps) },
    outDir: 'dist/m',
    emptyOutDir: true,
    manifest: 'manifest.json',
    rolldownOptions: { input: 'm.html' },
  },
})
