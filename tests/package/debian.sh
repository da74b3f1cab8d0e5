#!/usr/bin/env bash
# Builds the Debian packages, has lintian look at them, installs them into a bare Debian 12, goes a first user's way
# there and removes them.
# Run by name, as root: tests/package/debian.sh [CMAKE-OPTION...]
# BARE=FILE.tar names a tarball of a bare root; else debootstrap makes one.
set -euo pipefail
cd "$(dirname "$0")/../.."
fail() {
  echo "FAILED: $*" >&2
  exit 1
}
index_tools/install_dependencies.sh dpkg-dev file lintian debootstrap libjs-chart.js
index_tools/package/packages.sh "$@"
packages=$(realpath build/package)
ls "$packages"/*.deb
[ "$(find "$packages" -maxdepth 1 -name '*.deb' | wc -l)" -eq 5 ] || fail "five packages are wanted"
lintian --allow-root --fail-on error "$packages"/*.deb || fail "lintian found errors"

work=$(mktemp -d)
finish() {
  status=$?
  for mounted in proc dev; do mountpoint -q "$work/root/$mounted" && umount -l "$work/root/$mounted"; done
  rm -rf --one-file-system "$work"
  exit $status
}
trap finish EXIT
mkdir "$work/root"
if [ -n "${BARE:-}" ]; then
  tar -C "$work/root" -xf "$BARE"
else
  debootstrap --variant=minbase bookworm "$work/root" >"$work/log" 2>&1 || { tail -3 "$work/log"; fail "debootstrap"; }
fi
# The machine's own way to its package mirror.
rm -f "$work/root/etc/apt/sources.list"
for f in /etc/apt/sources.list /etc/apt/sources.list.d /etc/apt/apt.conf.d /etc/apt/keyrings /usr/share/keyrings \
  /etc/ssl/certs \
  /usr/local/share/ca-certificates /etc/resolv.conf /etc/hosts; do
  [ -e "$f" ] && mkdir -p "$work/root$(dirname "$f")" && cp -aLT "$f" "$work/root$f" 2>/dev/null || true
done
mount -t proc proc "$work/root/proc" && mount --rbind /dev "$work/root/dev"
inside() {
  chroot "$work/root" /usr/bin/env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
    DEBIAN_FRONTEND=noninteractive "$@"
}
# Every file but caches, logs and dpkg's own lists.
files() {
  (cd "$work/root" &&
    find . \( -path ./proc -o -path ./dev -o -path ./sys -o -path ./tmp -o -path ./var/cache -o -path ./var/log \
      -o -path ./var/lib -o -path ./root \) -prune -o -print | sort)
}

cp "$packages"/*.deb tests/made_site.sh "$work/root/root/"
inside apt-get update -qq
# What the packages need comes first, so that only they come and go.
needs=$(for deb in "$packages"/*.deb; do dpkg-deb -f "$deb" Depends; done |
  tr ',' '\n' | sed 's/(.*//; s/ //g' | grep -v irgan | sort -u)
# shellcheck disable=SC2086
inside apt-get install -y -qq --no-install-recommends $needs man-db g++ pkg-config python3-xapian >"$work/log" 2>&1 || {
  tail -5 "$work/log"
  fail "their needs"
}
files >"$work/before"
inside sh -c 'apt-get install -y -qq --no-install-recommends /root/*.deb' >"$work/log" 2>&1 || {
  tail -5 "$work/log"
  fail "installing"
}

inside sh -ec '
  cd /root
  xapian-irgan --version
  xapian-irgan help >help.txt
  ./made_site.sh xapian-irgan
  xapian-irgan simulate --db db --queries queries --qrels qrels --out clicks
  xapian-irgan check --db db --queries queries --clicks clicks >check.txt
  xapian-irgan train --force --db db --queries queries --clicks clicks --epochs 3 --model own.model
  xapian-irgan search --db db --model own.model --compare word3
  xapian-irgan store --db db --model own.model
  man -w xapian-irgan-train
  test -s /usr/share/bash-completion/completions/xapian-irgan
  test -s /usr/share/xapian-irgan/omega/query
  test -e /usr/lib/$(gcc -print-multiarch)/libxapian-irgan-preload.so
  c++ -std=c++17 /usr/share/doc/xapian-irgan/examples/search.cc $(pkg-config --cflags --libs xapian-irgan) -o search
  ./search db word3 >found
  python3 -c "import xapian, xapian_irgan
print(xapian_irgan.Ranker(\"db\").scores(xapian.Query(\"word3\"), [3, 33]))" >scores' ||
  fail "the first user's way"
[ -s "$work/root/root/found" ] || fail "the example finds nothing"
grep -q '[0-9]' "$work/root/root/scores" || fail "the Python module scores nothing"

inside apt-get purge -y -qq xapian-irgan python3-xapian-irgan libxapian-irgan-dev libxapian-irgan0 \
  libxapian-irgan-trainer0 >"$work/log" 2>&1 || {
  tail -5 "$work/log"
  fail "removing"
}
files >"$work/after"
diff "$work/before" "$work/after" || fail "something stays behind"
echo "passed in $SECONDS s"
