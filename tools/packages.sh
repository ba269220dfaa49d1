#!/usr/bin/env bash
# Installs what the tests borrow from others below FOLDER: npm and pip packages, exactly those of the lock files in
# tests/sdk. Does nothing, quickly, when they are there: tools/packages.sh FOLDER
set -euo pipefail
locks=$(cd "$(dirname "${BASH_SOURCE[0]}")/../tests/sdk" && pwd)
mkdir -p "$1"
cd "$1"
exec 9>lock
flock 9

wanted=$(cat "$locks"/package-lock.json "$locks"/requirements.txt | sha256sum; node --version; python3 --version)
[ "$(cat installed 2>/dev/null)" != "$wanted" ] || exit 0
rm -rf installed node_modules python

cp "$locks"/package.json "$locks"/package-lock.json "$locks"/.npmrc .
npm ci --loglevel=error
python3 -m venv python
python/bin/pip install --quiet --disable-pip-version-check --require-hashes --no-deps -r "$locks"/requirements.txt
printf '%s\n' "$wanted" > installed
