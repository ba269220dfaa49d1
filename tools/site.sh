#!/usr/bin/env bash
# Builds the documentation site into FOLDER (site.bin and site_files.cpp): tools/site.sh FOLDER
# The work is done in build/site, once for all build folders of this tree, and only when something has changed.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
mkdir -p "$1" "$root/build/site/work"
out=$(cd "$1" && pwd)
cd "$root/build/site"
exec 9>lock
flock 9

wanted=$(cd "$root" && find docs-site docs/*.md catalog/SCHEMA.md src/base/error.cpp tools/site.sh -type f | sort |
  xargs sha256sum | sha256sum)
if [ "$(cat made/of 2>/dev/null)" != "$wanted" ]; then
  locks=$(cd "$root/docs-site" && cat package.json package-lock.json .npmrc | sha256sum; node --version)
  cd work
  if [ "$(cat .installed 2>/dev/null)" != "$locks" ]; then
    rm -rf .installed node_modules
    cp "$root"/docs-site/package.json "$root"/docs-site/package-lock.json "$root"/docs-site/.npmrc .
    npm ci --loglevel=error
    printf '%s\n' "$locks" > .installed
  fi
  rm -rf .vitepress pages reference .dist ./*.mjs
  cp -a "$root"/docs-site/. .
  rm -rf ../made
  REPOSITORY=$root node build.mjs ../made > build.log 2>&1 || { cat build.log >&2; exit 1; }
  tail -n 2 build.log
  cd ..
  printf '%s\n' "$wanted" > made/of
fi
# Only what is new, so that nothing is compiled again for nothing.
cmp -s made/site.bin "$out/site.bin" || cp made/site.bin "$out/site.bin"
sed "s|SITE_BIN|$out/site.bin|" made/site_files.cpp > "$out/site_files.cpp"
touch "$out/site.bin"
