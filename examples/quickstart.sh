#!/usr/bin/env bash
# The whole line on synthetic scans, one command after another. Usage: quickstart.sh [NEW_FOLDER]
set -euo pipefail

folder=${1:-quickstart}
mkdir "$folder"
cd "$folder"

biometry data demo data --images "${IMAGES:-120}"  # draw scans with known truth
biometry data check data                          # what is there, and what is wrong with it
biometry train ./data --epochs "${EPOCHS:-8}"     # learn; the model lands in runs/
biometry eval --split test                        # compare with the truth, in mm
scan=$(find data/test/images -name '*_head.png' | sort | head -n 1)
biometry predict "$scan" --overlay --masks --out predictions
biometry export                                   # ONNX, proved equal to the original
biometry predict "$scan" --weights "runs/$(cat runs/latest)/model.onnx" --json
