#!/bin/sh
# system-packages.sh PURPOSE...: makes sure that the Debian packages for these
# purposes (first column of debian-packages.txt) are installed. Root installs
# what is missing; everybody else is told the line to run. On other systems
# nothing is done: configure says what is missing there.
here=$(cd "$(dirname "$0")" && pwd) || exit 1
[ -e /etc/debian_version ] && command -v dpkg-query > /dev/null || exit 0

missing=
for purpose in "$@"; do
  for package in $(awk -v purpose="$purpose" '$1 == purpose { print $2 }' \
    "$here/debian-packages.txt"); do
    case $(dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2> /dev/null) in
      ii*) ;;
      *) missing="$missing $package" ;;
    esac
  done
done
missing=$(echo "$missing" | tr ' ' '\n' | sort -u | tr '\n' ' ')
missing=${missing# }
[ -n "${missing# }" ] || exit 0

install="apt-get install -y --no-install-recommends $missing"
if [ "$(id -u)" != 0 ]; then
  echo "Some Debian packages are missing. Please run this once, as root:" >&2
  echo >&2
  echo "  $install" >&2
  exit 1
fi
echo "scvigor: installing Debian packages: $missing"
export DEBIAN_FRONTEND=noninteractive
apt-get update -q && $install
