#!/usr/bin/env bash
# Installs what is missing: system libraries through apt when there is apt, then a virtual
# environment from the lock file. Sourced by ./run and ./check; quick when nothing is missing.
# usage: prepare LOCK APT_LIST...   YINCE_VENV names another environment than .venv

find_python() {
  local name
  for name in "${YINCE_PYTHON:-}" python3.11 python3.12 python3.13 python3; do
    if [ -n "$name" ] && command -v "$name" >/dev/null 2>&1 &&
      "$name" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
      echo "$name"
      return 0
    fi
  done
  return 1
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; elif command -v sudo >/dev/null 2>&1; then sudo "$@"; else return 1; fi
}

install_debian() {
  local wanted=() name
  command -v dpkg-query >/dev/null 2>&1 || return 0
  for name in "$@"; do
    dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null | grep -qx installed || wanted+=("$name")
  done
  [ "${#wanted[@]}" = 0 ] && return 0
  echo "Installing ${wanted[*]}" >&2
  as_root apt-get update -qq >&2 || true
  if ! DEBIAN_FRONTEND=noninteractive as_root apt-get install -y -qq --no-install-recommends "${wanted[@]}" >&2; then
    echo "请用管理员权限安装这些系统软件包：${wanted[*]}" >&2
  fi
}

prepare() {
  local lock="$1" python stamp wanted list venv="${YINCE_VENV:-.venv}"
  shift
  wanted="$(cat "$lock" "$@" installer/prepare.sh | sha256sum | cut -d' ' -f1)"
  stamp="$venv/.prepared-$(basename "$lock" .lock)"
  if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ]; then return 0; fi
  for list in "$@"; do
    # shellcheck disable=SC2046
    install_debian $(grep -v '^#' "$list")
  done
  if ! python="$(find_python)"; then
    install_debian python3 python3-venv
    python="$(find_python)" || { echo "需要 Python 3.11 或更新的版本" >&2; return 1; }
  fi
  [ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r "$lock" >&2
  echo "$wanted" >"$stamp"
}
