# shellcheck shell=bash
# What the tests of this folder share. A test is a script that ends with status 0, or says in one line what is wrong.
set -euo pipefail
repo=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$repo"

fail() {
  echo "FAILED: $*" >&2
  exit 1
}
expect() {  # WHAT COMMAND...
  "${@:2}" || fail "$1"
}
expect_equal() {  # WHAT EXPECTED ACTUAL
  [ "$2" = "$3" ] || fail "$1: expected '$2', got '$3'"
}
expect_contains() {  # WHAT PART TEXT
  [[ $3 == *"$2"* ]] || fail "$1: no '$2' in: $3"
}
eventually() {  # SECONDS COMMAND...
  local deadline=$((SECONDS + $1))
  until "${@:2}"; do
    [ $SECONDS -lt $deadline ] || return 1
    sleep 0.02
  done
}

# Goes on in a network of its own, with an empty /run, and as the first of its own processes: what the test started ends
# with it, and it sees no others.
go_private() {  # ARGUMENT... of the test
  if [ -z "${TEST_IS_PRIVATE:-}" ]; then
    TEST_IS_PRIVATE=1 exec unshare --net --mount --pid --fork --kill-child --mount-proc \
      "$repo/tests/packaging/${0##*/}" "$@"
  fi
  unset TEST_IS_PRIVATE
  mount -t tmpfs tmpfs /run
  ip link set lo up
}
