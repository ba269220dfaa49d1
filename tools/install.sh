#!/bin/sh
# Installs the groups of deps/apt.txt named as arguments. Does nothing, quickly, when every package is there. A line
# "npm unless npm" names a package that is not needed where there is such a command, from wherever.
set -eu
list=$(dirname "$0")/../deps/apt.txt

for group in "$@"; do
  grep -q "^## $group:" "$list" || { echo "install: deps/apt.txt has no group '$group'" >&2; exit 2; }
done

wanted=$(awk -v groups=" $* " '/^## / { sub(":", "", $2); on = index(groups, " " $2 " ") }
                               on && /^[a-z0-9]/ { print $1, $2 == "unless" ? $3 : "" }' "$list" | sort -u |
  while read -r package command; do
    [ -n "$command" ] && command -v "$command" >/dev/null || printf '%s\n' "$package"
  done)
present=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' $wanted 2>/dev/null | sed -n 's/^installed //p' | sort -u)
missing=$(for package in $wanted; do
  printf '%s\n' "$present" | grep -qxF "$package" || printf '%s ' "$package"
done)
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "install: run this as root, or install sudo; missing: $missing" >&2; exit 1; }
  as_root=sudo
fi
echo "installing: $missing" >&2
$as_root apt-get update -o Acquire::Retries=3
$as_root env DEBIAN_FRONTEND=noninteractive \
  apt-get install -y --no-install-recommends -o Acquire::Retries=3 -o DPkg::Lock::Timeout=300 $missing
