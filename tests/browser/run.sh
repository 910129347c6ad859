#!/usr/bin/env bash
# Looks at a report in headless Chromium: ./run.sh REPORT.html [FOLDER FOR SCREENSHOTS]
# Needs chromium, node and npm (Debian: chromium nodejs npm); without them it says so and passes,
# but not where CROSSBENCH_BROWSER=required.
set -euo pipefail
report=$(realpath "${1:?usage: run.sh REPORT.html [FOLDER]}")
folder=$(realpath -m "${2:-$(dirname "$report")/screenshots}")
cd "$(dirname "$0")"

skip() {
    echo "SKIPPED browser test: $1" >&2
    [ "${CROSSBENCH_BROWSER:-}" != required ] || exit 1
    exit 0
}

chromium=${CHROMIUM:-$(command -v chromium || command -v chromium-browser || command -v google-chrome || true)}
[ -n "$chromium" ] || skip "no chromium"
command -v node >/dev/null && command -v npm >/dev/null || skip "no node and npm"
[ -d node_modules/playwright-core ] && [ -d node_modules/axe-core ] ||
    npm ci --ignore-scripts --no-audit --no-fund --silent || skip "the npm packages cannot be fetched"

mkdir -p "$folder"
CHROMIUM=$chromium exec node check.mjs "$report" "$folder"
