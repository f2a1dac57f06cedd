import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

export default defineConfig({
  plugins: [vue()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  test: {
    environment: 'happy-dom',
    include: ['src/**/*.test.ts', 'tests/**/*.test.ts'],
    // Dates on pages are the town's, wherever the tests run.
    env: { TZ: 'Asia/Shanghai' },
    server: { deps: { inline: ['element-plus', 'vant'] } },
  },
})
