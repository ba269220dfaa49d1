#!/usr/bin/env bash
# Builds the console and the documentation site into FOLDER (site.bin and site_files.cpp): tools/site.sh FOLDER
# The work is done in build/site, once for all build folders of this tree, and only where something has changed.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
mkdir -p "$1" "$root/build/site/docs" "$root/build/site/console" "$root/build/site/node"
out=$(cd "$1" && pwd)
cd "$root/build/site"
exec 9>lock
flock 9

# sum PATH...: of the files of the repository below these paths.
sum() {
  (cd "$root" && find "$@" -name node_modules -prune -o -name dist -prune -o -type f -print | sort | xargs sha256sum) |
    sha256sum
}

# install PACKAGE: in the folder one stands in, what its lock file pins.
install() {
  local locks
  locks=$(cd "$root/$1" && cat package.json package-lock.json .npmrc | sha256sum; node --version)
  [ "$(cat .installed 2>/dev/null)" != "$locks" ] || return 0
  rm -rf .installed node_modules
  cp "$root/$1"/package.json "$root/$1"/package-lock.json "$root/$1"/.npmrc .
  npm ci --loglevel=error
  printf '%s\n' "$locks" > .installed
}

# run COMMAND...: its output only if it fails.
run() { "$@" > build.log 2>&1 || { cat build.log >&2; exit 1; }; }

build_docs() {
  install docs-site
  rm -rf .vitepress pages reference .dist ./*.mjs
  cp -a "$root"/docs-site/. .
  REPOSITORY=$root run node build.mjs
}

# Debian 12's Node.js is older than console/package.json asks; npm brings a newer one.
use_new_node() {
  node -e 'const [a, b] = process.versions.node.split(".").map(Number)
    process.exit((a === 20 ? b >= 19 : a === 22 ? b >= 12 : a > 22) ? 0 : 1)' && return
  (cd node && install tools/node)
  (cd node/node_modules/.bin && ln -sf ../node-linux-*/bin/node node)  # npm 9 does not link what is optional
  PATH=$PWD/node/node_modules/.bin:$PATH
  # It carries certificates of its own; Debian's trusts those of the machine, a company's among them.
  local trusted=/etc/ssl/certs/ca-certificates.crt
  [ ! -f "$trusted" ] || export NODE_EXTRA_CA_CERTS="${NODE_EXTRA_CA_CERTS:-$trusted}"
}

build_console() {
  install console
  rm -rf src dist
  cp -a "$root"/console/src "$root"/console/*.json "$root"/console/*.ts "$root"/console/index.html .
  REPOSITORY=$root run npm run build
}

# update NAME SUM: runs build_NAME in its folder unless it has been run for that sum.
update() {
  [ "$(cat "$1/.of" 2>/dev/null)" != "$2" ] || return 0
  rm -rf "$1/.of" made
  (cd "$1" && "build_$1")
  printf '%s\n' "$2" > "$1/.of"
}

update docs "$(sum docs-site docs catalog/SCHEMA.md src/base/error.cpp tools/site.sh)"
use_new_node
update console "$(sum console docs-site/.vitepress/theme/samples.mjs tools/site.sh)"
packer=$(sum docs-site/pack.mjs)
if [ "$(cat made/of 2>/dev/null)" != "$packer" ]; then
  rm -rf made
  node docs/pack.mjs made docs=docs/.dist console=console/dist
  printf '%s\n' "$packer" > made/of
fi
# Only what is new, so that nothing is compiled again for nothing.
cmp -s made/site.bin "$out/site.bin" || cp made/site.bin "$out/site.bin"
sed "s|SITE_BIN|$out/site.bin|" made/site_files.cpp > "$out/site_files.cpp"
touch "$out/site.bin"
