#!/usr/bin/env bash
# Downloads archives from PyPI that hold dbt projects and unpacks them: download.sh FOLDER. What is there already is left
# alone.
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
folder=$1
wanted=$(cat "$here/archives.txt")
[ "$(cat "$folder/downloaded" 2>/dev/null)" != "$wanted" ] || exit 0

rm -rf "$folder"
mkdir -p "$folder/archives"
for archive in $wanted; do
    name=${archive%%==*}
    into=$folder/$name
    # tests are in the archive of sources where there is one
    python3 -m pip download --quiet --disable-pip-version-check --no-deps --prefer-binary --no-binary dagster-dbt,sqlmesh \
        --dest "$folder/archives/$name" "$archive"
    mkdir "$into"
    file=$(ls "$folder/archives/$name"/*)
    case $file in
    *.tar.gz) tar -xzf "$file" -C "$into" --strip-components 1 ;;
    *) python3 -m zipfile -e "$file" "$into" ;;
    esac
    about=$(cat "$into"/PKG-INFO "$into"/*.dist-info/METADATA 2>/dev/null || true)
    if ! grep -qiE '^(license|license-expression):.*(apache|mit|bsd)' <<<"$about"; then
        echo "the licence of $archive is none of Apache, MIT and BSD" >&2
        exit 1
    fi
done
rm -rf "$folder/archives"
echo "$wanted" >"$folder/downloaded"
