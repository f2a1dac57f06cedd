#!/usr/bin/env bash
# Kills the server with -9 in the middle of a storm of writes, a hundred times (or $1 times), and proves each time that
# every acknowledged write is there, once. `cargo xtask test` does the same five times.
set -euo pipefail
cd "$(dirname "$0")/.."
FENGSUI_KILLS="${1:-100}" cargo test --locked --package fengsui-server --test binary -- --exact --nocapture \
  what_was_acknowledged_is_there_once_however_often_the_server_is_killed
