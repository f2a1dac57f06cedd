import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'
import { define, entry, server, target } from './build/entry.ts'

/** The unit owner's page at `/p/{code}`: no kit, so that it opens at once on any phone. */
export default defineConfig({
  base: '/p/',
  define,
  plugins: [vue(), entry('p')],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  publicDir: false,
  server,
  build: {
    target,
    cssTarget: target,
    outDir: 'dist/p',
    emptyOutDir: true,
    manifest: 'manifest.json',
    rolldownOptions: { input: 'p.html' },
  },
})
