#!/usr/bin/env bash
# Runs every fuzz target of a build for a while: tools/fuzz.sh BUILD_FOLDER SECONDS.
# What it finds stays in the build folder; a finding worth keeping is moved to fuzz/corpus/<name>/ by hand.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
build=$1
seconds=$2

for target in "$build"/fuzz_*; do
  [ -x "$target" ] || continue
  name=${target##*/fuzz_}
  found=$build/corpus/$name
  mkdir -p "$found" "fuzz/corpus/$name"
  echo "fuzz: $name, $seconds s"
  "$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -artifact_prefix="$build/$name-" \
    -verbosity=0 -print_final_stats=1 "$found" "fuzz/corpus/$name"
done
