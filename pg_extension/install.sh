#!/bin/sh
# Builds the extension hcw_pg and installs it.
#
#   install.sh                     into the server that pg_config belongs to
#   install.sh --overlay FOLDER    into a private copy of that server, which needs no right to
#                                  write into it: prints the folder of the copy's programs
#   install.sh --build             builds only: prints the path of the library, beside which the
#                                  folder hcw_pg has the control file and the scripts
#
# Environment: PG_CONFIG (default pg_config), CARGO (default cargo), DESTDIR (packagers),
# HCW_PG_LIBRARY (what --build printed: nothing is built).
# Needs the server's headers and libclang (Debian: postgresql-server-dev-15 libclang-dev clang).
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
pg_config=$(command -v "${PG_CONFIG:-pg_config}") || {
    echo "install.sh: no ${PG_CONFIG:-pg_config}; set PG_CONFIG" >&2
    exit 2
}
major=$("$pg_config" --version | sed 's/^[^0-9]*\([0-9]*\).*/\1/')
programs=$("$pg_config" --bindir)
libraries=$("$pg_config" --pkglibdir)
share=$("$pg_config" --sharedir)

build() {
    if [ -n "${HCW_PG_LIBRARY:-}" ]; then
        echo "$HCW_PG_LIBRARY"
        return
    fi
    # with DOCS_RS, pgrx takes the bindings that it ships in the place of headers
    if [ ! -e "$("$pg_config" --includedir-server)/postgres.h" ] && [ -z "${DOCS_RS:-}" ]; then
        echo "install.sh: no headers of PostgreSQL $major" >&2
        echo "help: on Debian, apt-get install postgresql-server-dev-$major libclang-dev clang" >&2
        exit 2
    fi
    case $(uname -s) in
        Darwin) suffix=dylib ;;
        *) suffix=so ;;
    esac
    target=${CARGO_TARGET_DIR:-$here/../target}
    (
        cd "$here/.."
        PGRX_PG_CONFIG_PATH=$pg_config ${CARGO:-cargo} build --quiet --package hcw_pg \
            --profile extension --features "pg$major" --target-dir "$target" >&2
    )
    (
        cd "$here/.."
        ${CARGO:-cargo} run --quiet --package hcw-validators --example extension_sql \
            --target-dir "$target" -- "$target/extension/hcw_pg" >&2
    )
    echo "$target/extension/libhcw_pg.$suffix"
}

# put LIBRARY ROOT: the library, and the control file and scripts that were written beside it
put() {
    mkdir -p "$2$libraries" "$2$share/extension"
    # A new file beside and a rename: a running server keeps the library that it has mapped.
    cp "$1" "$2$libraries/.hcw_pg.new"
    mv -f "$2$libraries/.hcw_pg.new" "$2$libraries/hcw_pg.${1##*.}"
    cp "${1%/*}"/hcw_pg/* "$2$share/extension/"
}

# link FROM INTO: a link for every entry that is not there yet
link() {
    mkdir -p "$2"
    for entry in "$1"/*; do
        [ -e "$2/${entry##*/}" ] || ln -s "$entry" "$2/"
    done
}

case ${1:-} in
    '')
        library=$(build)
        put "$library" "${DESTDIR:-}"
        ;;
    --build)
        build
        ;;
    --overlay)
        root=${2:?install.sh --overlay needs a folder}
        mkdir -p "$root"
        root=$(CDPATH='' cd -- "$root" && pwd)
        library=$(build)
        # A server finds its files from where its own program lies.
        mkdir -p "$root$programs" "$root$share/extension"
        for program in postgres initdb pg_ctl; do
            cp -f "$programs/$program" "$root$programs/"
        done
        link "$programs" "$root$programs"
        link "$libraries" "$root$libraries"
        # A server that brings its own shared libraries looks for them beside its programs.
        shared=$("$pg_config" --libdir)
        case $shared in
            "${programs%/*}"/*) link "$shared" "$root$shared" ;;
        esac
        link "$share/extension" "$root$share/extension"
        link "$share" "$root$share"
        put "$library" "$root"
        echo "$root$programs"
        ;;
    *)
        sed -n '2,14s/^# \{0,1\}//p' "$0" >&2
        exit 2
        ;;
esac
