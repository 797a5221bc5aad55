#!/bin/sh
# The whole suite: first everything without a browser, on all cores; then what needs Chromium, and beside it the unit part on every other
# Python, whose words come at the end. With arguments: one run of pytest with them.
set -u
cd "$(dirname "$0")/.."
[ $# -gt 0 ] && exec .venv/bin/python -m pytest "$@"
.venv/bin/python -m pytest -m "not browser" -n logical --dist loadfile
suite=$?
said=$(mktemp)
beside=
trap 'kill "$beside" 2>/dev/null; rm -f "$said"' EXIT INT TERM
sh scripts/other_pythons.sh >"$said" 2>&1 &
beside=$!
.venv/bin/python -m pytest -m browser
browser=$?
wait "$beside"
others=$?
cat "$said"
[ "$suite" -eq 0 ] && [ "$browser" -eq 0 ] && [ "$others" -eq 0 ]
