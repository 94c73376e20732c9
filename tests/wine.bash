# To be sourced: Wine, with a home of its own, $work, so that it touches no one's, and of the user that
# "wine_user" before a command starts it as, if that is set. In another locale, it sees no file whose name
# is not ASCII.

# shellcheck disable=SC2034  # for those who source this
drive=$work/wine/drive_c

on_wine() {
  "${wine_user[@]}" env -i PATH="$PATH" HOME="$work" LC_ALL=C.UTF-8 WINEPREFIX="$work/wine" WINEDEBUG=-all \
    WINEDLLOVERRIDES='mscoree,mshtml=' "$@"
}

# Its first start makes its folders.
start_wine() { on_wine wineboot -i >/dev/null 2>&1; }

end_wine() { on_wine wineserver -k || true; }
