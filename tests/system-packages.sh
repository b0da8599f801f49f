#!/usr/bin/env bash
# The system packages that the tests need beside Python: Chromium for the page, PostgreSQL for the
# control plane. Installs what is missing where it may (root on Debian); elsewhere it says what is
# missing, and the tests that need it are skipped, or fail with CI=true.
set -euo pipefail

missing=()
command -v chromium >/dev/null || command -v google-chrome >/dev/null || missing+=(chromium)
compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null || command -v initdb >/dev/null ||
    missing+=(postgresql)

if [ ${#missing[@]} -eq 0 ]; then
    exit 0
fi
if [ "$(id -u)" -ne 0 ] || ! command -v apt-get >/dev/null; then
    echo "Not installed, and the tests that need it are left out: ${missing[*]}" >&2
    exit 0
fi

echo "Installing ${missing[*]} ..."
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# The tests start a cluster of their own: Debian need not make and start one.
if [[ " ${missing[*]} " == *" postgresql "* ]]; then
    apt-get install -y -qq --no-install-recommends postgresql-common
    sed -i 's/^#\?create_main_cluster *=.*/create_main_cluster = false/' \
        /etc/postgresql-common/createcluster.conf
fi
apt-get install -y -qq --no-install-recommends "${missing[@]}"
