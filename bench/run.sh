#!/usr/bin/env bash
# bench/run.sh BUILD [--markdown] [--quick] [--only ROW]...: measures the program in BUILD beside its yardsticks and
# prints one table. docs/PERFORMANCE.md says what each row measures.
set -euo pipefail
exec python3 "$(dirname "${BASH_SOURCE[0]}")/measure/table.py" "$@"
