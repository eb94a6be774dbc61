#!/usr/bin/env bash
# From a fresh machine to a running tradefleet: makes .venv from uv.lock, then runs what is asked.
#   ./launcher.sh demo | test | bench | any tradefleet command
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
venv="$here/.venv"
stamp="$venv/.ready"

say() { printf 'launcher: %s\n' "$*" >&2; }

find_python() {
    local name
    for name in python3.13 python3.12 python3.11 python3; do
        if "$name" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] < (3, 14))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    say "error: no Python 3.11 to 3.13 found; install one, or install uv, which brings its own"
    exit 2
}

find_uv() {
    if command -v uv >/dev/null; then
        command -v uv
        return
    fi
    local tools="$here/.venv-uv" python
    if [ ! -x "$tools/bin/uv" ]; then
        python=$(find_python)
        say "installing uv into .venv-uv"
        "$python" -m pip install --quiet --disable-pip-version-check --target "$tools" uv >&2
    fi
    printf '%s\n' "$tools/bin/uv"
}

# Makes .venv hold what is needed: `use` to run tradefleet, `develop` for its tests and benchmarks too.
prepare() {
    local level=$1 known="" locked
    locked=$(cat "$here/uv.lock" "$here/pyproject.toml" | cksum)
    if [ -x "$venv/bin/tradefleet" ] && [ -f "$stamp" ]; then
        known=$(cat "$stamp")
    fi
    if [ "$known" = "$level $locked" ] || [ "$known" = "develop $locked" ]; then
        return
    fi
    case "$known" in develop*) level=develop ;; esac
    # --inexact leaves alone what somebody added by hand.
    local groups=(--no-dev --inexact) uv
    if [ "$level" = develop ]; then
        groups=(--dev --all-extras)
    fi
    uv=$(find_uv)
    say "making .venv from uv.lock (once; a minute or two on a slow line)"
    rm -f "$stamp"
    (cd "$here" && UV_PROJECT_ENVIRONMENT="$venv" "$uv" sync --frozen --quiet "${groups[@]}")
    printf '%s' "$level $locked" >"$stamp"
}

case "${1:-}" in
    test)
        shift
        prepare develop
        cd "$here"
        exec "$venv/bin/python" -m pytest -n auto "$@"
        ;;
    bench)
        shift
        prepare develop
        cd "$here"
        exec "$venv/bin/python" -m benchmarks.run "$@"
        ;;
    *)
        prepare use
        exec "$venv/bin/tradefleet" "$@"
        ;;
esac
