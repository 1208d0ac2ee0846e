#!/usr/bin/env bash
# Installs what tests need beside Rust and a server, where that is missing and may be installed: the readers of artifacts
# and public dbt projects from PyPI, and what the extension is built with (server headers, clang; on Debian, as root). Elsewhere it says what is
# missing; those tests then skip themselves.
set -euo pipefail

readers=${CARGO_TARGET_DIR:-$(dirname "$0")/../target}/readers
if ! "$(dirname "$0")/readers/install.sh" "$readers"; then
    echo "no readers of dbt's artifacts: their tests will skip themselves" >&2
    echo "help: Python 3.10 or newer with venv (on Debian, apt-get install python3-venv), and PyPI" >&2
fi

public=${CARGO_TARGET_DIR:-$(dirname "$0")/../target}/public
if ! "$(dirname "$0")/public/download.sh" "$public"; then
    echo "no public dbt projects: their tests will skip themselves" >&2
    echo "help: Python 3.10 or newer with pip, and PyPI" >&2
fi

config=${PG_CONFIG:-pg_config}
has_headers() {
    command -v "$config" >/dev/null && [ -e "$("$config" --includedir-server)/postgres.h" ]
}

if has_headers && command -v clang >/dev/null; then
    exit 0
fi
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    programs=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
    major=$(echo "$programs" | tr -dc '0-9')
    apt-get update -qq || true
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        "postgresql-server-dev-${major:-15}" clang libclang-dev >/dev/null || true
fi
if ! has_headers; then
    echo "no server headers: the extension's tests will skip themselves" >&2
    echo "help: on Debian, apt-get install postgresql-server-dev-15 clang libclang-dev" >&2
fi
