# To be sourced: installing Debian packages, as root or through sudo.

# Runs a command as root.
as_root() {
  if [[ $(id -u) -eq 0 ]]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    echo "This needs root, and there is no sudo: $*" >&2
    return 1
  fi
}

is_installed() {
  [[ $(dpkg-query --show --showformat '${db:Status-Status}' "$1" 2>/dev/null) == installed ]]
}

# Prints the package with Boost 1.81 or later, which Debian 12 has beside an older one.
boost_package() {
  local version
  version=$(apt-cache show --no-all-versions libboost-dev 2>/dev/null | sed -n 's/^Version: //p')
  if [[ -n $version ]] && dpkg --compare-versions "$version" ge 1.81; then
    echo libboost-dev
  else
    echo libboost1.81-dev
  fi
}

has_boost() {
  local name
  for name in libboost1.81-dev libboost1.83-dev libboost-dev; do
    is_installed "$name" || continue
    dpkg --compare-versions "$(dpkg-query --show --showformat '${Version}' "$name")" ge 1.81 &&
      return
  done
  return 1
}

# Prints the development packages of the Qt that the installed Wireshark uses.
qt_packages() {
  if ldd "$(command -v wireshark)" | grep libQt5Core >/dev/null; then
    printf '%s\n' qtbase5-dev libqt5svg5-dev
  else
    printf '%s\n' qt6-base-dev qt6-svg-dev
  fi
}

# Prints what of the packages named is not installed. "boost" stands for Boost 1.81 or later.
missing_packages() {
  local name
  for name in "$@"; do
    if [[ $name == boost ]]; then
      has_boost || echo boost
    else
      is_installed "$name" || echo "$name"
    fi
  done
}

apt_get() {
  as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Acquire::Retries=3 "$@" </dev/null
}

# Installs those of the packages named that are missing.
apt_install() {
  local -a missing
  mapfile -t missing < <(missing_packages "$@")
  [[ ${#missing[@]} -gt 0 ]] || return 0
  command -v apt-get >/dev/null || {
    echo "There is no apt-get here. Install what corresponds to these, and pass --no-deps:" >&2
    echo "${missing[*]}" >&2
    return 1
  }
  echo "Installing ${missing[*]}"
  local attempt
  for attempt in 1 2 3; do
    if apt_get update &&
      apt_get install --no-install-recommends "${missing[@]/#boost/$(boost_package)}"; then
      return
    fi
    [[ $attempt -eq 3 ]] || sleep $((attempt * 10))
  done
  echo "Could not install ${missing[*]}" >&2
  return 1
}
