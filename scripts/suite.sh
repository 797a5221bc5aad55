#!/bin/sh
# The whole suite (arguments go to pytest), and beside it the unit part on every other Python; what that says comes at the end.
set -u
cd "$(dirname "$0")/.."
said=$(mktemp)
sh scripts/other_pythons.sh >"$said" 2>&1 &
others=$!
trap 'kill "$others" 2>/dev/null; rm -f "$said"' INT TERM
.venv/bin/python -m pytest "$@"
suite=$?
wait "$others"
rest=$?
cat "$said"
rm -f "$said"
[ "$suite" -eq 0 ] && [ "$rest" -eq 0 ]
