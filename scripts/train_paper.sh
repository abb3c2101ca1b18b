#!/bin/sh
# The paper-size weights: LTE, then CS and FCS from what LTE has learnt.
#
#   scripts/train_paper.sh PHOTOGRAPHS OUT [MINUTES] [OPTION OF fcsr train ...]
#
# Each call trains for MINUTES (9, if left out), saves and stops; start it again to
# continue, until it says that all three are finished. On an H100 that takes 10 minutes for LTE and 4 each for
# CS and FCS. Written for one GPU that is lent in pieces. What the next piece needs is one file,
# OUT/NAME/state.safetensors, and model.safetensors of what is finished. To carry a state where no
# file may be larger than 15 MB: `split -b 15M state.safetensors part.` and there
# `cat part.* > state.safetensors`.
# PYTHON=... chooses a Python that has fcsr's dependencies; fcsr itself is taken from here.
set -eu
photographs=$1 out=$2 minutes=${3:-9}
[ $# -lt 3 ] || shift
shift 2
here=$(dirname "$0")/..
start=$(date +%s)

train() { # NAME STEPS [OPTION ...]
  [ ! -f "$out/$1/model.safetensors" ] || return 0
  left=$(awk "BEGIN { print $minutes - ($(date +%s) - $start) / 60 }")
  name=$1 steps=$2
  shift 2
  PYTHONPATH=$here${PYTHONPATH:+:$PYTHONPATH} "${PYTHON:-$here/.venv/bin/python}" -m fcsr train \
    --paper --model "$name" --photographs "$photographs" --out "$out/$name" --steps "$steps" \
    --batch 16 --lr 4e-4 --mixed-precision bf16 --compile --eval-every 2000 \
    --minutes "$left" "$@"
  [ -f "$out/$name/model.safetensors" ] || exit 0
}

train lte 70000 "$@"
train cs 20000 --init "$out/lte/model.safetensors" "$@"
train fcs 20000 --init "$out/lte/model.safetensors" "$@"
echo "all three are finished: $out/{lte,cs,fcs}/model.safetensors"
