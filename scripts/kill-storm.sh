#!/usr/bin/env bash
# Kills the server with -9 in the middle of a storm of places recorded, each under its own key, a hundred times (or $1
# times); sends each again afterwards, answered or not, and proves that each is there, once. `cargo xtask test` does the
# same five times.
set -euo pipefail
cd "$(dirname "$0")/.."
FENGSUI_KILLS="${1:-100}" cargo test --locked --package fengsui-server --test all -- --exact --nocapture \
  binary::what_was_acknowledged_is_there_once_however_often_the_server_is_killed
