#!/usr/bin/env bash
# One picture from nothing: starts the server on a free port, mints a test key, generates demo.png, stops the server.
# tools/demo.sh [FOLDER]: where data/ and demo.png go, the repository unless told; there the key works with `make serve` too.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

binary=build/release/darkroom
folder=$(cd "${1:-.}" && pwd)
data=$folder/data
picture=$folder/demo.png
start_seconds=60
log=$(mktemp)
server=

stop_server() {
  local pid=$server
  server=
  [ -n "$pid" ] || return 0
  kill -TERM "$pid" 2>/dev/null || true
  wait "$pid" || { echo "demo: the server ended with $?" >&2; return 1; }
}
finish() {
  status=$?
  stop_server || status=1
  if [ "$status" -ne 0 ]; then
    echo "demo: failed; the server said:" >&2
    tail -n 30 "$log" >&2
  fi
  rm -f "$log"
  exit "$status"
}
trap finish EXIT
trap 'exit 130' INT TERM

mkdir -p "$data"
# Nothing is in front of it that would have to see its end coming.
DARKROOM_SERVER_BALANCER_SECONDS=0 "$binary" serve --data "$data" --listen 127.0.0.1:0 2>"$log" &
server=$!

url=
deadline=$((SECONDS + start_seconds))
until [ -n "$url" ]; do
  url=$(sed -n 's/.*listening on \(http:\/\/[^ ]*\).*/\1/p' "$log" | head -n 1)
  [ -n "$url" ] && break
  kill -0 "$server" 2>/dev/null || { echo "demo: the server did not start" >&2; exit 1; }
  [ "$SECONDS" -lt "$deadline" ] || { echo "demo: no server after $start_seconds seconds" >&2; exit 1; }
  sleep 0.1
done

key=$("$binary" keys create --account demo --test --name "make demo" --data "$data")
DARKROOM_URL=$url DARKROOM_API_KEY=$key "$binary" generate \
  "moonlight on a bamboo path, ink wash painting" --size 16:9 -o "$picture"
test -s "$picture"
stop_server

cat <<TEXT

  picture   $picture
  server    $url (stopped again; its console is at /console/, its documentation at /docs/)
  key       $key
            a test key: it costs nothing and goes to the sandbox; the data are in $data

  Keep it running on http://127.0.0.1:8080:    make serve
  It then prints the link that makes the console's first operator.
TEXT
