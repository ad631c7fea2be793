#!/bin/sh
# in-debian.sh [--keep-build] RELEASE COMMAND...: runs COMMAND in a copy of this
# checkout inside a minimal Debian of that release (bookworm, trixie, ...).
#
#   tools/in-debian.sh trixie make test
#
# debootstrap makes that Debian once, in a folder that later calls use again,
# from the archive that this machine's own apt uses. Needs root on a Debian.
#
#   --keep-build         keep build/ of the copy, for an incremental build
#   SCVIGOR_DEBIAN       the folder (default build/debian-RELEASE)
#   SCVIGOR_REFERENCE, SCVIGOR_DATA
#                        folders that COMMAND may read
#                        (default ../shared/reference and ../shared/data)
#
# Of the environment COMMAND gets the proxies, CI, JOBS, and what begins with
# CCACHE_, OMP_, OPENBLAS_ or SCVIGOR_. Mounts and processes live in namespaces
# that end with this script.

usage='usage: in-debian.sh [--keep-build] RELEASE COMMAND...'
script=$0
inside=
keep_build=
while :; do
  case $1 in
    --inside) inside=yes ;;
    --keep-build) keep_build=yes ;;
    *) break ;;
  esac
  shift
done
release=${1:?$usage}
shift
: "${1:?$usage}"

fail() {
  echo "in-debian.sh: $*" >&2
  exit 1
}

# enter_namespaces COMMAND...: starts this script again where its mounts and
# processes are its own. Killing that one process ends all of them.
enter_namespaces() {
  exec 3<&0
  unshare --mount --pid --fork --kill-child --mount-proc \
    sh "$script" --inside ${keep_build:+--keep-build} "$release" "$@" <&3 &
  namespace=$!
  trap 'kill -KILL $namespace; exit 130' INT
  trap 'kill -KILL $namespace; exit 143' TERM HUP
  wait $namespace
}

# own_sources: what this machine's apt says of its own release (and its updates
# and security fixes), for the other release, in apt's format of one line each.
own_sources() {
  for list in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
    [ -e "$list" ] && cat "$list"
  done | sed -nE "s/^deb +((\[[^]]*\] +)?[^ ]+) +$codename(-security|-updates)? +(.*main.*)/deb \1 $release\3 \4/p"
  for list in /etc/apt/sources.list.d/*.sources; do
    [ -e "$list" ] && { grep -v '^#' "$list"; echo; }
  done | awk -v own="$codename" -v release="$release" '
    BEGIN { RS = ""; FS = "\n" }
    {
      split("", field)
      for (i = 1; i <= NF; ++i)
        if (match($i, /^[A-Za-z-]+:/)) {
          name = tolower(substr($i, 1, RLENGTH - 1))
          field[name] = substr($i, RLENGTH + 1)
        }
      if (field["enabled"] ~ /no/ || field["types"] !~ /deb( |$)/ ||
          field["components"] !~ /(^| )main( |$)/) next
      key = field["signed-by"]
      gsub(/ /, "", key)
      n_suites = split(field["suites"], suites, " ")
      n_uris = split(field["uris"], uris, " ")
      for (s = 1; s <= n_suites; ++s) {
        if (suites[s] !~ "^" own "(-security|-updates)?$") continue
        sub("^" own, release, suites[s])
        for (u = 1; u <= n_uris; ++u)
          print "deb " (key ~ /^\// ? "[signed-by=" key "] " : "") uris[u] " " \
            suites[s] " " field["components"]
      }
    }'
}

# copy_to_root PATH...: files and folders of this machine, at the same place,
# where that Debian has none of its own.
copy_to_root() {
  for path in "$@"; do
    [ -e "$path" ] || continue
    mkdir -p "$root$(dirname "$path")" &&
      cp -RLn "$path" "$root$(dirname "$path")"
  done
}

# copy_network: how this machine reaches its archive: names, certificates, proxies.
copy_network() {
  copy_to_root /etc/resolv.conf /etc/hosts /etc/ssl/certs/ca-certificates.crt \
    /usr/local/share/ca-certificates /etc/apt/auth.conf /etc/apt/auth.conf.d \
    /etc/apt/trusted.gpg.d /etc/apt/keyrings /usr/share/keyrings
  apt-config dump | grep '^Acquire::' > "$root/etc/apt/apt.conf.d/00acquire"
}

# bootstrap: makes the Debian, unless an earlier call did.
bootstrap() {
  [ -e "$root/.scvigor-complete" ] && return
  command -v debootstrap > /dev/null ||
    fail "debootstrap is missing (apt-get install debootstrap)"
  codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
  sources=$(own_sources)
  mirror=$(echo "$sources" | sed -nE "s/^deb +(\[.*\] +)?([^ ]+) $release .*/\2/p" |
    head -n 1)
  [ -n "$mirror" ] ||
    fail "this machine's apt has no archive of its own release ($codename)"

  echo "scvigor: making a Debian $release in $root"
  rm -rf "$root"
  mkdir -p "$root" || exit 1
  eval "$(apt-config shell proxy Acquire::http::Proxy)"
  http_proxy=${proxy:-$http_proxy} debootstrap --variant=minbase "$release" \
    "$root" "$mirror" > "$root.log" 2>&1 ||
    { tail -n 20 "$root.log" >&2; fail "debootstrap failed (log: $root.log)"; }

  rm -f "$root"/etc/apt/sources.list.d/* "$root/etc/hosts" "$root/etc/resolv.conf"
  echo "$sources" > "$root/etc/apt/sources.list"
  printf '#!/bin/sh\nexit 101\n' > "$root/usr/sbin/policy-rc.d"  # no services
  chmod +x "$root/usr/sbin/policy-rc.d"
  echo force-unsafe-io > "$root/etc/dpkg/dpkg.cfg.d/unsafe-io"  # fast
  copy_network
  touch "$root/.scvigor-complete"
}

# checkout_files: what git knows of or would add, or everything but builds.
checkout_files() {
  git ls-files -z --cached --others --exclude-standard 2> /dev/null ||
    find . \( -path './build*' -o -path ./demo-output -o -path ./.git \) -prune \
      -o -type f -print0
}

# copy_checkout: into /src/scvigor, with a folder /src/shared beside it.
copy_checkout() {
  copy=$root/src/scvigor
  if [ -n "$keep_build" ] && [ -d "$copy" ]; then
    find "$copy" -mindepth 1 -maxdepth 1 ! -name build -exec rm -rf {} +
  else
    rm -rf "$copy"
  fi
  mkdir -p "$copy" || exit 1
  checkout_files |
    tar --create --null --files-from=- --ignore-failed-read 2> /dev/null |
    tar --extract --no-same-owner --directory="$copy" || exit 1
}

# read_only FOLDER NAME: FOLDER as /src/shared/NAME, if it is there.
read_only() {
  target=$root/src/shared/$2
  rm -rf "$root/src/shared/$2"
  [ -d "$1" ] || return
  mkdir -p "$target" && mount --bind "$1" "$target" &&
    mount -o remount,bind,ro "$target" || fail "$1 cannot be mounted"
}

# passed_on: the variables that COMMAND gets.
passed_on() {
  env | grep -E '^(https?_proxy|no_proxy|CI|JOBS|(CCACHE|OMP|OPENBLAS|SCVIGOR)_[A-Z0-9_]*)=' |
    grep -vE '^SCVIGOR_(DEBIAN|REFERENCE|DATA)='
}

run_inside() {
  mount -t proc proc "$root/proc" && mount --rbind /dev "$root/dev" &&
    mount --rbind /sys "$root/sys" || fail "cannot mount below $root"
  read_only "${SCVIGOR_REFERENCE:-../shared/reference}" reference
  read_only "${SCVIGOR_DATA:-../shared/data}" data
  old_ifs=$IFS
  IFS='
'
  # shellcheck disable=SC2046 # one variable per line
  # A background job ignores Ctrl-C, and so would all that it starts.
  set -- env --default-signal=INT,QUIT -i $(passed_on) HOME=/root TERM="${TERM:-dumb}" \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    sh -c 'cd /src/scvigor && exec "$@"' sh "$@"
  IFS=$old_ifs
  chroot "$root" "$@"
}

[ "$(id -u)" = 0 ] || fail "only root can run another Debian; try sudo"
if [ -z "$inside" ]; then
  command -v unshare > /dev/null || fail "unshare (Debian's util-linux) is missing"
  enter_namespaces "$@"
  exit
fi

cd "$(dirname "$script")/.." || exit 1
root=${SCVIGOR_DEBIAN:-build/debian-$release}
mkdir -p "$(dirname "$root")" || exit 1
root=$(cd "$(dirname "$root")" && pwd)/$(basename "$root")
exec 9> "$root.lock"
flock --nonblock 9 || fail "$root is in use"
bootstrap
copy_checkout
run_inside "$@"
