#!/bin/sh
# The whole suite. Beside it, for the other core: what needs Chromium, and the unit part on every other Python; what these say comes at the end.
# With arguments: one run of pytest with them.
set -u
cd "$(dirname "$0")/.."
[ $# -gt 0 ] && exec .venv/bin/python -m pytest "$@"
said=$(mktemp -d)
beside=
trap 'kill "$beside" 2>/dev/null; rm -rf "$said"' EXIT INT TERM
(
    .venv/bin/python -m pytest -m browser >"$said/browser" 2>&1
    browser=$?
    sh scripts/other_pythons.sh >"$said/others" 2>&1 && [ "$browser" -eq 0 ]
) &
beside=$!
.venv/bin/python -m pytest -m "not browser"
suite=$?
wait "$beside"
rest=$?
cat "$said/browser" "$said/others"
[ "$suite" -eq 0 ] && [ "$rest" -eq 0 ]
