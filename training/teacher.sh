#!/usr/bin/env bash
# Another way from labelled texts to models/NAME: one larger teacher, one fold that no stage sees,
# and exits (section 10 of LOG.md). What ships comes from run.sh.
#   DATA=folder NAME=name training/teacher.sh
# DATA holds train.jsonl and unlabelled.jsonl.
set -euo pipefail
cd "$(dirname "$0")/.."

: "${DATA:?folder that holds train.jsonl and unlabelled.jsonl}"
WORK=${WORK:-training/work}
NAME=${NAME:-crossbench-l6-exits}
FOLDS=${FOLDS:-4}
TEACHER=${TEACHER:-$WORK/base}     # folder of the teacher's base model
PYTHON=${PYTHON:-python3}
RANDOM_IDS=${RANDOM_IDS:-t}       # first letters of the ids of rows drawn at random
MODEL=models/$NAME

mkdir -p "$WORK"
[ -s "$TEACHER/model.safetensors" ] || "$PYTHON" training/teacher_base.py --out "$TEACHER"
[ -s "$MODEL/tokenizer.json" ] || "$PYTHON" training/export.py --tokenizer-only --out "$MODEL"

train() { "$PYTHON" training/train.py --out "$WORK" "$@"; }
predict() { # out rows weights…
    [ -s "$1" ] || "$PYTHON" training/predict.py --ids --bf16 --out "$1" --encoded "$2" --weights "${@:3}"
}
encode() { # texts rows
    [ -s "$2" ] && return
    cargo run --release --quiet -- encode --tokenizer "$MODEL/tokenizer.json" "$1" > "$2.part"
    mv "$2.part" "$2"
}

# Rows: labelled, read by us, authored by us, read by nobody.
"$PYTHON" training/readings.py --texts "$DATA/unlabelled.jsonl" --out "$WORK/readings.texts.jsonl"
"$PYTHON" training/readings.py --texts "$DATA/unlabelled.jsonl" --out "$WORK/unread.texts.jsonl" --without
cat data/cases/*.jsonl > "$WORK/authored.texts.jsonl"
encode "$DATA/train.jsonl" "$WORK/train.jsonl"
for rows in readings unread authored; do encode "$WORK/$rows.texts.jsonl" "$WORK/$rows.jsonl"; done

# The teacher: a larger encoder that reads the same words, on everything that was read but one
# fold of train.jsonl. That fold stays out of every later stage too, so that what is fitted on
# it in the end is fitted on texts that neither the model nor its teacher has seen.
HOLD=(--encoded "$WORK/train.jsonl" --folds "$FOLDS" --fold 0)
READ=(--always "$WORK/readings.jsonl" "$WORK/authored.jsonl")
train "${HOLD[@]}" "${READ[@]}" --name teacher --teacher "$TEACHER" --freeze 6 --seed 61 --epochs 1 --lr 5e-5

# Its opinion of the texts that nobody read.
predict "$WORK/soft.jsonl" "$WORK/unread.jsonl" "$WORK/teacher.safetensors"

# The model: labels where there are some, else the teacher's opinion; then a short last stage on
# the rows drawn at random and the authored posts.
train "${HOLD[@]}" "${READ[@]}" --name student --exits 2 3 4 --soft "$WORK/soft.jsonl" --seed 71 --epochs 2 --lr 1e-4 --eval-every-epoch 0
grep "^{\"id\":\"$RANDOM_IDS" "$WORK/train.jsonl" > "$WORK/random.jsonl"
train --encoded "$WORK/random.jsonl" --folds "$FOLDS" --fold 0 --always "$WORK/authored.jsonl" \
    --name tuned --init "$WORK/student.safetensors" --seed 81 --epochs 1 --lr 3e-5 --head-lr 2
[ -s "$WORK/oof.jsonl" ] || "$PYTHON" training/predict.py --encoded "$WORK/train.jsonl" \
    --like "$WORK/student.oof.jsonl" --weights "$WORK/tuned.safetensors" --out "$WORK/oof.jsonl"
"$PYTHON" training/metrics.py --encoded "$WORK/train.jsonl" --logits "$WORK/tuned.oof.jsonl"

if [ ! -s "$MODEL/manifest.toml" ] || [ "$WORK/tuned.safetensors" -nt "$MODEL/manifest.toml" ]; then
    "$PYTHON" training/export.py --weights "$WORK/tuned.safetensors" --encoded "$WORK/train.jsonl" \
        --name "$NAME" --out "$MODEL"
fi

# Calibration and operating points on the held-out rows drawn at random, reasons and the gates
# of the exits on all that are held out.
cargo run --release --quiet -- fit "$DATA/train.jsonl" --logits "$WORK/oof.jsonl" --ids "$RANDOM_IDS" --model "$MODEL"
