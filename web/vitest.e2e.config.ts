import { defineConfig } from 'vitest/config'

/** The browser against the built program. */
export default defineConfig({
  test: {
    // What only measures is asked for by its script (scripts/map-frames.sh) and is no test.
    include: [process.env['FENGSUI_FRAMES'] ? 'e2e/**/*.measure.ts' : 'e2e/**/*.e2e.ts'],
    globalSetup: ['e2e/sample.ts'],
    environment: 'node',
    // A browser on a busy machine may be late once; a fault fails every time.
    retry: 2,
    testTimeout: 240_000,
    hookTimeout: 120_000,
    // Two at a time, each with a town, a server and a browser of its own: a story mostly waits.
    maxWorkers: 2,
  },
})
