#!/usr/bin/env bash
# How smoothly the map is dragged with 100,000 places on it (or $1): frame times in Chromium, at four zooms. Needs the
# built program (FENGSUI_BIN, else target/debug/fengsui), the web folder's packages and a browser (CHROMIUM).
set -euo pipefail
cd "$(dirname "$0")/../web"
FENGSUI_FRAMES="${1:-100000}" npx vitest run -c vitest.e2e.config.ts --retry=0 --disable-console-intercept=true
