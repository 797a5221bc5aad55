#!/bin/sh
# Tests of the web pages need Chromium; installs Debian's package where that is possible, else says what is missing.
command -v chromium >/dev/null 2>&1 && exit 0
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing Chromium and fonts for the tests of the web pages"
    apt-get update -qq >/dev/null 2>&1
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-noto-core >/dev/null 2>&1 && exit 0
fi
echo "Chromium is missing (on Debian: apt install chromium fonts-noto-core): the tests in a browser are left out." >&2
