#!/usr/bin/env bash
# Installs the Debian packages that the build needs, and those of the arguments; does nothing where all are there.
set -euo pipefail

packages=(g++ cmake ninja-build pkg-config libxapian-dev libeigen3-dev libboost-dev libboost-program-options-dev
  libboost-iostreams-dev libsimdjson-dev libzstd-dev nlohmann-json3-dev libxxhash-dev zlib1g-dev libutf8proc-dev
  "$@")
case "$(dpkg --print-architecture)" in amd64 | arm64) packages+=(libisal-dev) ;; esac

missing=()
for package in "${packages[@]}"; do
  dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  command -v sudo >/dev/null || { echo "run this as root, or install: ${missing[*]}" >&2; exit 1; }
  as_root=(sudo)
fi
echo "installing ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
