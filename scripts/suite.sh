#!/bin/sh
# The whole suite on all cores: first everything without a browser, then what needs Chromium. The unit part on every other Python runs beside,
# as the first part waits for databases now and then; its words come at the end. With arguments: one run of pytest with them.
set -u
memory= said= beside=
trap 'kill "$beside" 2>/dev/null; rm -rf "$said" "$memory"' EXIT INT TERM
cd "$(dirname "$0")/.."
[ $# -gt 0 ] && exec .venv/bin/python -m pytest "$@"
# Databases sync every message: in memory, if there are 4 GB of it, the tests do not wait for the disk.
if [ -z "${TMPDIR:-}" ] && [ -w /dev/shm ] && [ "$(df -Pk /dev/shm | awk 'NR == 2 {print $4}')" -gt 4000000 ]; then
    memory=$(mktemp -d /dev/shm/lotse-tests.XXXXXX)
    chmod 755 "$memory" # PostgreSQL runs as another user
    export TMPDIR="$memory"
fi
said=$(mktemp)
# One more than there are cores: every third moment a test waits for a database, a process or a time limit.
workers=$(($(getconf _NPROCESSORS_ONLN) + 1))
sh scripts/other_pythons.sh >"$said" 2>&1 &
beside=$!
# In the order of collection: sorted by their number of tests, the longest ones would come last and be waited for.
.venv/bin/python -m pytest -m "not browser" -n "$workers" --dist loadfile --no-loadscope-reorder
suite=$?
.venv/bin/python -m pytest -m browser -n "$workers" --dist loadfile
browser=$?
wait "$beside"
others=$?
cat "$said"
[ "$suite" -eq 0 ] && [ "$browser" -eq 0 ] && [ "$others" -eq 0 ]
