#!/usr/bin/env bash
# Counts the instructions of a few fixed runs with callgrind, which a busy machine does not
# change, and compares them with `counts.tsv`:
#
#     benches/instructions/run.sh            exit code 1 if one has grown by more than 2 %
#     benches/instructions/run.sh --write    takes today's counts as the new ones
#
# Callgrind knows AVX2 and no AVX-512, so it is the AVX2 path that is counted. Counts are those of
# one compiler; with another the comparison is left out, and said so.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
crossbench=${CARGO_TARGET_DIR:-$root/target}/release/crossbench
counts=$here/counts.tsv
slack=1.02
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
command -v valgrind >/dev/null || { echo "SKIPPED instruction counts: no valgrind" >&2; exit 0; }

"$crossbench" bench --write "$work/posts.jsonl"
head -n 32 "$work/posts.jsonl" >"$work/few.jsonl"
echo "The new bridge opens to traffic on Monday 3 March at 6am." >"$work/draft.txt"

# count NAME ARGUMENTS…: instructions from process start to end.
count() {
    local name=$1 out=$work/$1
    shift
    valgrind --tool=callgrind --callgrind-out-file=/dev/null "$crossbench" "$@" >/dev/null 2>"$out" || true
    printf '%s\t%s\n' "$name" "$(sed -n 's/.*Collected : //p' "$out")"
}
day=(--date 2025-09-01 --no-config)
{
    count start-rules check "${day[@]}" --rules-only "$work/draft.txt"
    count start-model check "${day[@]}" "$work/draft.txt"
    count scan-rules scan "${day[@]}" --jobs 1 --quiet --rules-only "$work/posts.jsonl"
    count scan-model scan "${day[@]}" --jobs 1 --quiet "$work/few.jsonl"
} >"$work/now.tsv"

compiler=$(rustc --version)
if [ "${1:-}" = --write ]; then
    { printf '# %s\n' "$compiler"; cat "$work/now.tsv"; } >"$counts"
    cat "$counts"
    exit 0
fi
if [ "$(head -n 1 "$counts")" != "# $compiler" ]; then
    echo "SKIPPED instruction counts: those in counts.tsv are of another compiler than $compiler" >&2
    exit 0
fi
awk -F '\t' -v slack=$slack '
    /^#/ { next }
    FNR == NR { before[$1] = $2; next }
    !($1 in before) || $2 == "" { printf "%s: not counted\n", $1; failed = 1; next }
    {
        ratio = $2 / before[$1]
        printf "%-12s %14.0f instructions, %.3f of those recorded\n", $1, $2, ratio
        if (ratio > slack) failed = 1
        if (ratio < 2 - slack) print "  fewer: take them with benches/instructions/run.sh --write"
    }
    END { if (failed) print "instruction counts have grown" > "/dev/stderr"; exit failed }
' "$counts" "$work/now.tsv"
