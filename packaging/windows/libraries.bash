# To be sourced: builds from Debian's sources, for Windows, with MinGW-w64, the libraries that tshark.exe
# needs, into $prefix, and Wireshark itself in $cache/wireshark. What is there is not built again.
# Optional libraries are left out: each is one more source, and fanout uses none.

cache=${FANOUT_CACHE:-/var/cache/fanout}/windows
prefix=$cache/prefix
target=x86_64-w64-mingw32
# Kept there as well, for what was configured by one checkout is built by another.
toolchain=$cache/mingw.cmake
wireshark_tree=$cache/wireshark
library_packages=(g++-mingw-w64-x86-64-posix googletest boost cmake make ninja-build meson pkgconf dpkg-dev
  ca-certificates flex lemon perl python3 libgcrypt-mingw-w64-dev libgpg-error-mingw-w64-dev
  libz-mingw-w64-dev)

prepare_toolchain() {
  mkdir -p "$cache"
  cmp -s "$here/packaging/windows/mingw.cmake" "$toolchain" ||
    cp "$here/packaging/windows/mingw.cmake" "$toolchain"
}

# The settings of an apt-get that knows Debian's sources, in "apt_options". The system's own lists of
# packages stay as they are. An argument names another release of Debian than the system's own.
use_sources() {
  local release=${1:-} lists=$cache/apt/${1:-own}
  mkdir -p "$lists/parts" "$lists/lists/partial" "$lists/cache"
  if [[ -n $release ]]; then
    printf '%s\n' 'Types: deb-src' 'URIs: http://deb.debian.org/debian' "Suites: $release $release-updates" \
      'Components: main' 'Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg' \
      >"$lists/parts/of.sources"
  else
    cat /etc/apt/sources.list.d/*.sources 2>/dev/null | sed 's/^Types:.*/Types: deb-src/' \
      >"$lists/parts/of.sources"
    cat /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null |
      sed -n 's/^deb /deb-src /p' >"$lists/parts/of.list" || true
  fi
  apt_options=(-qq -o Dir::Etc::SourceList=/dev/null -o "Dir::Etc::SourceParts=$lists/parts"
    -o "Dir::State::Lists=$lists/lists" -o "Dir::Cache=$lists/cache" -o APT::Sandbox::User=root)
  apt-get "${apt_options[@]}" update
}

# fetch_source NAME FOLDER [RELEASE]: Debian's source package, unpacked. The newest version may be listed
# before the mirror has it.
fetch_source() {
  local name=$1 folder=$2 version
  use_sources "${3:-}"
  rm -rf "$folder"
  mkdir -p "$folder"
  while read -r version; do
    (cd "$folder" && apt-get "${apt_options[@]}" source "$name=$version" >/dev/null && mv "$name"*/* .) && return
  done < <(apt-cache "${apt_options[@]}" showsrc "$name" | sed -n 's/^Version: //p' | sort -uVr)
  echo "The source package $name cannot be had" >&2
  return 1
}

# pkg_config NAME VERSION LIBRARIES: how pkg-config finds what has no file for it.
pkg_config() {
  mkdir -p "$prefix/lib/pkgconfig"
  # shellcheck disable=SC2016  # the variables are pkg-config's
  printf '%s\n' "prefix=$prefix" "Name: $1" "Description: $1" "Version: $2" \
    "Libs: -L\${prefix}/lib $3" 'Cflags: -I${prefix}/include' >"$prefix/lib/pkgconfig/$1.pc"
}

# Boost's headers are the same for all systems.
prepare_boost() {
  mkdir -p "$prefix/include"
  ln -sfn /usr/include/boost "$prefix/include/boost"
}

prepare_googletest() {
  [[ -e $prefix/lib/cmake/GTest/GTestConfig.cmake ]] && return
  cmake -S /usr/src/googletest -B "$cache/googletest" --toolchain "$toolchain" \
    -DCMAKE_BUILD_TYPE=Release -DCMAKE_INSTALL_PREFIX="$prefix" -DBUILD_GMOCK=OFF
  cmake --build "$cache/googletest" -j"$(nproc)" --target install
}

prepare_zstd() {
  [[ -e $prefix/lib/pkgconfig/libzstd.pc ]] && return
  fetch_source libzstd "$cache/zstd"
  make -C "$cache/zstd/lib" -j"$(nproc)" CC=$target-gcc-posix AR=$target-ar RANLIB=$target-ranlib \
    TARGET_SYSTEM=Windows OS=Windows_NT libzstd.a
  mkdir -p "$prefix/lib"
  cp "$cache"/zstd/lib/{zstd,zstd_errors,zdict}.h "$prefix/include"
  cp "$cache/zstd/lib/libzstd.a" "$prefix/lib"
  pkg_config libzstd 1.5 -lzstd
}

# GLib translates its messages through libintl, of which Windows has none. Here nothing is translated.
prepare_libintl() {
  [[ -e $prefix/lib/libintl.a ]] && return
  mkdir -p "$prefix/include" "$prefix/lib" "$cache/libintl"
  cat >"$prefix/include/libintl.h" <<'END'
#ifndef LIBINTL_H
#define LIBINTL_H
#include <locale.h>
#define LC_MESSAGES 1729
#ifdef __cplusplus
extern "C" {
#endif
char* gettext(const char* text);
char* dgettext(const char* domain, const char* text);
char* dcgettext(const char* domain, const char* text, int category);
char* ngettext(const char* one, const char* many, unsigned long number);
char* dngettext(const char* domain, const char* one, const char* many, unsigned long number);
char* textdomain(const char* domain);
char* bindtextdomain(const char* domain, const char* folder);
char* bind_textdomain_codeset(const char* domain, const char* codeset);
#ifdef __cplusplus
}
#endif
#endif
END
  cat >"$cache/libintl/libintl.c" <<'END'
#include <libintl.h>
char* gettext(const char* text) { return (char*)text; }
char* dgettext(const char* domain, const char* text) { return (char*)text; }
char* dcgettext(const char* domain, const char* text, int category) { return (char*)text; }
char* ngettext(const char* one, const char* many, unsigned long number) {
  return (char*)(number == 1 ? one : many);
}
char* dngettext(const char* domain, const char* one, const char* many, unsigned long number) {
  return ngettext(one, many, number);
}
char* textdomain(const char* domain) { return (char*)domain; }
char* bindtextdomain(const char* domain, const char* folder) { return (char*)folder; }
char* bind_textdomain_codeset(const char* domain, const char* codeset) { return (char*)codeset; }
END
  $target-gcc-posix -O2 -I"$prefix/include" -c "$cache/libintl/libintl.c" -o "$cache/libintl/libintl.o"
  $target-ar rcs "$prefix/lib/libintl.a" "$cache/libintl/libintl.o"
}

# build_with_cmake FOLDER OPTIONS...
build_with_cmake() {
  cmake -S "$1" -B "$1/build" --toolchain "$toolchain" -DCMAKE_BUILD_TYPE=Release \
    -DCMAKE_INSTALL_PREFIX="$prefix" -DCMAKE_PREFIX_PATH="$prefix" "${@:2}"
  cmake --build "$1/build" -j"$(nproc)" --target install
}

prepare_pcre2() {
  [[ -e $prefix/lib/libpcre2-8.dll.a ]] && return
  fetch_source pcre2 "$cache/pcre2"
  build_with_cmake "$cache/pcre2" -DBUILD_SHARED_LIBS=ON -DBUILD_STATIC_LIBS=OFF -DPCRE2_BUILD_TESTS=OFF \
    -DPCRE2_BUILD_PCRE2GREP=OFF -DPCRE2_SUPPORT_LIBZ=OFF
}

prepare_cares() {
  [[ -e $prefix/lib/libcares.dll.a ]] && return
  fetch_source c-ares "$cache/c-ares"
  # A correction of Debian's uses a name that MinGW-w64 has not.
  build_with_cmake "$cache/c-ares" -DCARES_BUILD_TOOLS=OFF -DCMAKE_C_FLAGS=-DINADDRSZ=4
}

# Of GLib only libglib, libgthread and libgmodule: Wireshark needs no objects and no GIO. The libraries
# have the names that Microsoft's compiler gives them, glib-2.0-0.dll without "lib", for those are beside
# the official Wireshark (cmake/modules/FindGLIB2.cmake in its sources).
prepare_glib() {
  [[ -e $prefix/bin/glib-2.0-0.dll && -e $prefix/lib/pkgconfig/gmodule-2.0.pc ]] && return
  fetch_source glib2.0 "$cache/glib"
  sed -i -e "/^subdir('\(gobject\|gio\|fuzzing\|tools\)')/d" \
    -e "/^libffi_dep = /s/version.*/required: false)/" \
    -e "s|dependency('intl', required: false)|cc.find_library('intl', dirs: '$prefix/lib')|" \
    "$cache/glib/meson.build"
  sed -i "/^  version : library_version,/s/^/  name_prefix : '',\n/" "$cache"/glib/{glib,gmodule,gthread}/meson.build
  cat >"$cache/glib/cross" <<END
[binaries]
c = '$target-gcc-posix'
cpp = '$target-g++-posix'
ar = '$target-ar'
strip = '$target-strip'
windres = '$target-windres'
pkgconfig = 'pkg-config'
[built-in options]
c_args = ['-I$prefix/include']
c_link_args = ['-L$prefix/lib', '-static-libgcc']
[properties]
pkg_config_libdir = '$prefix/lib/pkgconfig'
[host_machine]
system = 'windows'
cpu_family = 'x86_64'
cpu = 'x86_64'
endian = 'little'
END
  (cd "$cache/glib" && meson setup build --cross-file cross --prefix "$prefix" --libdir lib \
    --buildtype release -Dtests=false -Dnls=disabled --wrap-mode=nodownload)
  ninja -C "$cache/glib/build" install
}

# The sources of Wireshark 4.4, with which Debian 13 is. Its newest version can be listed for days before
# the mirror has the file; then the one before, which no list has any more, by its address.
fetch_wireshark() {
  fetch_source wireshark "$wireshark_tree" trixie && return
  local name=wireshark_4.4.18.orig.tar.bz2
  local hash=5b0b9157e48edffbc2434a93d8cb8a8c67ee9cfc046188cd3664e96744a3697d
  sha256sum --status -c <<<"$hash  $cache/$name" 2>/dev/null ||
    /usr/lib/apt/apt-helper download-file "http://deb.debian.org/debian/pool/main/w/wireshark/$name" \
      "$cache/$name" "SHA256:$hash"
  rm -rf "$wireshark_tree"
  mkdir -p "$wireshark_tree"
  tar xjf "$cache/$name" -C "$wireshark_tree" --strip-components 1
}

# Wireshark's libraries and tshark.exe. Without optimization: building is long, and what is tested is short.
prepare_wireshark() {
  [[ -e $wireshark_tree/build/run/tshark.exe ]] && return
  [[ -e $wireshark_tree/CMakeLists.txt ]] || fetch_wireshark
  configure_wireshark
  ninja -C "$wireshark_tree/build" -j"$(nproc)" tshark
}

configure_wireshark() {
  local off=() name
  for name in wireshark rawshark dumpcap text2pcap mergecap reordercap editcap capinfos captype randpkt \
    dftest dcerpcidl2wrs androiddump sshdump ciscodump dpauxmon randpktdump wifidump udpdump sharkd \
    mmdbresolve; do
    off+=("-DBUILD_$name=OFF")
  done
  for name in PCAP ZLIBNG MINIZIP MINIZIPNG LZ4 BROTLI SNAPPY ZSTD NGHTTP2 NGHTTP3 LUA SMI GNUTLS KERBEROS \
    SBC SPANDSP BCG729 AMRNB ILBC LIBXML2 OPUS SINSP; do
    off+=("-DENABLE_$name=OFF")
  done
  PKG_CONFIG_LIBDIR=$prefix/lib/pkgconfig cmake -G Ninja -S "$wireshark_tree" -B "$wireshark_tree/build" \
    --toolchain "$toolchain" -DCMAKE_PREFIX_PATH="$prefix" -DCMAKE_INSTALL_PREFIX="$prefix" \
    -DCMAKE_BUILD_TYPE=None -DCMAKE_C_FLAGS='-O0 -w' -DCMAKE_CXX_FLAGS='-O0 -w' \
    -DLEMON_EXECUTABLE=/usr/bin/lemon "${off[@]}"
}

prepare_libraries() {
  prepare_toolchain
  prepare_boost
  prepare_googletest
  prepare_zstd
  prepare_libintl
  prepare_pcre2
  prepare_cares
  prepare_glib
}
