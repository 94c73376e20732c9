# To be sourced, with "here" naming the sources: their version, their time, and a tarball of them.
: "${here:?}"

fanout_version() {
  sed -n 's/^project(fanout VERSION \([0-9.]*\).*/\1/p' "$here/CMakeLists.txt"
}

# The version of the changelog's newest entry, without the packages' revision.
changelog_version() {
  sed -n '1s/^fanout (\(.*\)-[^-]*) .*/\1/p' "$here/packaging/debian/changelog"
}

# The time of the changelog's newest entry: what builds take for the time of day, so that the same
# sources give the same bytes.
source_epoch() {
  date --utc --date="$(sed -n 's/^ -- .*>  //p' "$here/packaging/debian/changelog" | sed 1q)" +%s
}

# Prints the files of the sources: those that git knows, or all but what builds leave.
list_sources() {
  if [[ -e $here/.git ]] && git -C "$here" rev-parse --git-dir >/dev/null 2>&1; then
    git -C "$here" ls-files
  else
    (
      cd "$here" &&
        find . \
          \( -path ./.git -o -path './build*' -o -path ./.cache -o -name __pycache__ \) -prune \
          -o \( -type f -o -type l \) -printf '%P\n'
    )
  fi
}

# make_tarball FILE: packs the sources, the same bytes whoever does it, wherever and whenever.
make_tarball() {
  list_sources | LC_ALL=C sort |
    tar -C "$here" --format=ustar --transform="s|^|fanout-$(fanout_version)/|" --no-recursion \
      --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX --mtime="@$(source_epoch)" \
      --files-from=- -cf - |
    gzip -9n >"$1"
}
