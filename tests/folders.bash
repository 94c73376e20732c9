# To be sourced: minimal Debians in folders, as they come, to install things in. Needs root, and
# "here" naming the sources.

cache=${FANOUT_CACHE:-/var/cache/fanout}
fresh_folders=()
trap 'rm -rf --one-file-system "${fresh_folders[@]}"' EXIT

# fresh_folder SUITE: sets "root" to a new folder with a minimal Debian, removed at the end.
fresh_folder() {
  local suite=$1 base=$cache/$1-minimal
  local -a options=(--variant=minbase --aptopt='Acquire::Retries "3"' --dpkgopt=force-unsafe-io)
  # Testing's lists can be older than they say they may be.
  [[ $suite != forky ]] || options+=(--aptopt='Acquire::Check-Valid-Until "false"')
  mkdir -p "$cache"
  if [[ ! -e $base/etc/debian_version ]]; then
    rm -rf --one-file-system "$base" "$base.new"
    mmdebstrap "${options[@]}" "$suite" "$base.new"
    mv "$base.new" "$base"
  fi
  root=$(mktemp -d "$cache/fresh.XXXXXX")
  fresh_folders+=("$root")
  chmod 755 "$root"
  cp -a "$base/." "$root"
  cp -L /etc/resolv.conf "$root/etc/resolv.conf"
}

# inside USER COMMAND: in a mount namespace of its own, so that nothing stays mounted.
inside() {
  # shellcheck disable=SC2016
  unshare --mount --propagation private bash -c '
    root=$1 user=$2 command=$3
    mount --bind "$root" "$root" # as a mount, it can have mount namespaces of its own
    mount -t proc proc "$root/proc" || mount --rbind /proc "$root/proc" || true
    mount --rbind /dev "$root/dev" || true
    home=/root
    [[ $user == root ]] || home=/home/$user
    group=$(chroot "$root" id --group "$user")
    exec chroot "$root" setpriv --reuid="$user" --regid="$group" --init-groups /usr/bin/env -i \
      HOME="$home" LANG=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
      DEBIAN_FRONTEND=noninteractive bash -c "set -euo pipefail; $command"' in "$root" "$1" "$2" \
    </dev/null
}

passed=0
failed=0
# check NAME COMMAND...
check() {
  local name=$1
  shift
  if "$@"; then
    echo "ok: $name"
    passed=$((passed + 1))
  else
    echo "FAILED: $name"
    failed=$((failed + 1))
  fi
}

# The report on the generated capture that shows everything.
reports_scan() { grep -q 'address-scan: SYN to 22/tcp on 254 hosts' "$1"; }

# Nothing of fanout is in the folder, sources and packages aside.
nothing_left() {
  local found
  found=$(find "$root/etc" "$root/home" "$root/root" "$root/usr" "$root/var/lib/dpkg" \
    -name '*fanout*' -not -path '*/sources/*')
  [[ -z $found ]] || {
    echo "$found"
    return 1
  }
}
