#!/usr/bin/env bash
# QGIS reads the layers of the running sample town and a planner's edit of a bridge limit changes the reach report.
# Needs QGIS with its Python (Debian: apt-get install --no-install-recommends qgis qgis-providers python3-qgis) and the
# built program (FENGSUI_BIN, else target/debug/fengsui). Without QGIS it says so and tries nothing.
set -euo pipefail
cd "$(dirname "$0")/.."
# The system's Python, for QGIS belongs to that one.
python="${QGIS_PYTHON:-/usr/bin/python3}"
if ! "$python" -c 'import qgis.core' 2>/dev/null; then
  echo "NOT TRIED: QGIS is not installed (apt-get install --no-install-recommends qgis qgis-providers python3-qgis)" >&2
  exit 0
fi
program="${FENGSUI_BIN:-target/debug/fengsui}"
data="$(mktemp -d)"
port="$("$python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')"
"$program" demo --data "$data" >/dev/null
"$program" serve --data "$data" --listen "127.0.0.1:$port" >"$data/serve.log" 2>&1 &
server=$!
trap 'kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; rm -rf "$data"' EXIT
QT_QPA_PLATFORM=offscreen "$python" scripts/qgis_edit.py "http://127.0.0.1:$port"
