#!/usr/bin/env bash
# The demo server in the foreground: tools/serve.sh [HOST:PORT]. The data are in ./data; Ctrl-C drains and stops it.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

binary=build/release/darkroom
data=data
listen=${1:-127.0.0.1:8080}

mkdir -p "$data"
key=$("$binary" keys create --account demo --test --name "make serve" --data "$data")
cat <<TEXT

  server    http://$listen
  console   http://$listen/console/ (while it has no operator, the link below makes one)
  docs      http://$listen/docs/
  key       $key

  curl http://$listen/api/v1/images/generations \\
    -H "Authorization: Bearer $key" -H "Content-Type: application/json" \\
    -d '{"model": "gemini-2.5-flash-image-preview", "prompt": "moonlight on a bamboo path, ink wash painting"}'

TEXT
exec "$binary" serve --data "$data" --listen "$listen"
