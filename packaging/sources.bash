# To be sourced, with "here" naming the sources: their version, their time, and a tarball of them.
: "${here:?}"

fanout_version() {
  sed -n 's/^project(fanout VERSION \([0-9.]*\).*/\1/p' "$here/CMakeLists.txt"
}

# The version of the changelog's newest entry, without the packages' revision.
changelog_version() {
  sed -n '1s/^fanout (\(.*\)-[^-]*) .*/\1/p' "$here/packaging/debian/changelog"
}

# The time of the changelog's newest entry, which builds use instead of the time of day, so that the
# same sources give the same bytes.
source_epoch() {
  date --utc --date="$(sed -n 's/^ -- .*>  //p' "$here/packaging/debian/changelog" | sed 1q)" +%s
}

# Prints the source files: those that git tracks, or all but the output of builds.
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

# make_tarball FILE: packs the sources and lua/fanout.lua, which is made from them; always the same
# bytes.
make_tarball() {
  local made status=0
  made=$(mktemp -d)
  mkdir "$made/lua"
  "$here/lua/bundle" "$made/lua/fanout.lua" &&
    list_sources | grep -vxF lua/fanout.lua | LC_ALL=C sort |
    tar --format=ustar --transform="s|^|fanout-$(fanout_version)/|" --no-recursion \
      --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX --mtime="@$(source_epoch)" \
      -C "$here" --files-from=- -C "$made" lua/fanout.lua -cf - |
    gzip -9n >"$1" || status=$?
  rm -rf "$made"
  return "$status"
}
