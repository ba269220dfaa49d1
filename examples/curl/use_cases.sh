#!/usr/bin/env bash
# The six ways to ask for a picture, and the poll. PHOTO_A and PHOTO_B are links to pictures that the server may fetch.
set -euo pipefail

submit() {
  curl -sS --fail-with-body "$DARKROOM_URL/api/v1/images/generations" \
    -H "Authorization: Bearer $DARKROOM_API_KEY" -d "$1" | grep -o 'task_[0-9a-f]*'
}

# Polling is free; ?wait=30 is answered as soon as the task has ended.
poll() {
  local task='"status":"processing"'
  while grep -q '"status":"processing"' <<<"$task"; do
    task=$(curl -sS --fail-with-body "$DARKROOM_URL/api/v1/tasks/$1?wait=30" \
      -H "Authorization: Bearer $DARKROOM_API_KEY")
  done
  echo "$task"
}

# 1. Text to image
a=$(submit '{"model": "gemini-2.5-flash-image-preview", "prompt": "moonlight on a bamboo path, ink wash painting"}')

# 2. Widescreen
b=$(submit '{"model": "gemini-2.5-flash-image-preview", "prompt": "a corgi astronaut on the moon, cinematic",
  "size": "16:9"}')

# 3. Several variations in one call
c=$(submit '{"model": "gemini-2.5-flash-image-preview", "prompt": "vintage botanical illustration, hibiscus",
  "size": "4:5", "n": 4}')

# 4. Image to image
d=$(submit '{"model": "gemini-2.5-flash-image-preview", "prompt": "turn this photo into a watercolor painting",
  "image_urls": ["'"$PHOTO_A"'"]}')

# 5. Two references become one picture
e=$(submit '{"model": "gemini-2.5-flash-image-preview", "prompt": "blend these two photos into a poster", "size": "4:3",
  "image_urls": ["'"$PHOTO_A"'", "'"$PHOTO_B"'"]}')

# 6. The official channel
f=$(submit '{"model": "gemini-2.5-flash-image-preview-official", "prompt": "studio portrait of a tabby cat, soft light",
  "size": "1:1"}')

for task in "$a" "$b" "$c" "$d" "$e" "$f"; do poll "$task"; done
