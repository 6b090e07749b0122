#!/usr/bin/env bash
# The two pictures of the README, from a folder that `biometry demo` made.
# Usage: pictures.sh [DEMO_FOLDER] [OUT_FOLDER]; needs chromium for the page.
set -euo pipefail

demo=$(realpath "${1:-biometry-demo}")
out=${2:-$(dirname "$0")/pictures}
mkdir -p "$out"

cp "$demo"/exam/*_exam.png "$out/exam.png"
chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --no-first-run \
    --disable-background-networking --disable-component-update --disable-sync \
    --user-data-dir="$(mktemp -d)" --window-size=1280,1500 \
    --screenshot="$(realpath "$out")/report.png" "file://$demo/exam/report.html" 2>/dev/null
