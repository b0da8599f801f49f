#!/usr/bin/env bash
# Writes runtime.lock, dev.lock and bench.lock: name==version with hashes, for every platform and
# Python from 3.11, without addresses: each installation asks the index that it is set up for.
#
#   requirements/lock.sh [UV] [--upgrade]
set -euo pipefail
cd "$(dirname "$0")/.."
uv=${1:-uv}
shift || true

# A local folder of wheels must not decide what everybody gets.
unset PIP_FIND_LINKS UV_FIND_LINKS

compile() {
    local lock=$1
    shift
    "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --no-annotate --no-header \
        --output-file "requirements/$lock" "$@" pyproject.toml
}

compile runtime.lock "$@"
compile dev.lock --extra dev --constraint requirements/runtime.lock "$@"
compile bench.lock --extra dev --extra bench --constraint requirements/dev.lock "$@"
