import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { ElementPlusResolver } from 'unplugin-vue-components/resolvers'
import Components from 'unplugin-vue-components/vite'
import { defineConfig } from 'vite'
import { define, server, target } from './build/entry.ts'

/** The desk at `/`. */
export default defineConfig({
  define,
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
    rolldownOptions: { input: 'index.html' },
  },
})
