# shellcheck shell=bash
# shellcheck disable=SC2154 # repo is of testing.bash
# Starts scripts/demo and tells afterwards whether anything is left of it. To be sourced after go_private.
output=/run/demo.log

# An empty /tmp, so that what appears there came from the demo; the repository may be in the one it covers.
cover_tmp() {
  if [[ $repo != /tmp/* ]]; then
    mount -t tmpfs tmpfs /tmp
    return
  fi
  mkdir /run/repo
  mount --bind "$repo" /run/repo
  mount -t tmpfs tmpfs /tmp
  mkdir -p "$repo"
  mount --move /run/repo "$repo"
  rmdir /run/repo
  cd "$repo" || exit
}
traces() {  # what a demo could leave behind in our own namespaces
  find /run /tmp -mindepth 1 ! -path "$repo" ! -path "$repo/*" ! -path "$output"
  ip -o link
  ip netns list
  nft list ruleset
  cat /proc/self/mounts
}
namespace_of() {  # PROCESS TYPE
  readlink "/proc/$1/ns/$2" 2>/dev/null
}
start_demo() {
  cover_tmp
  : >"$output"
  traces_before=$(traces)
  # Without this, the background process of a script could not be interrupted.
  env --default-signal=INT,TERM,HUP scripts/demo --fast >"$output" 2>&1 &
  demo=$!
  eventually 300 has_begun || fail "the demo did not begin: $(cat "$output")"
}
has_begun() {
  grep -q '^2  ' "$output" || ! kill -0 "$demo" 2>/dev/null
}

# The namespaces of the first process inside, which unshare started, and of all it started: kept as long as it lives.
remember_namespaces() {
  local stage process space
  stage=$(pgrep -P "$(pgrep -P "$demo" -x unshare)") || fail "the demo has no process inside"
  spaces=("$(namespace_of "$stage" pid)" "$(namespace_of "$stage" mnt)")
  for process in $(pgrep --ns "$stage" --nslist pid); do
    space=$(namespace_of "$process" net) || continue
    [[ " ${spaces[*]} " == *" $space "* ]] || spaces+=("$space")
  done
  # Its own, the client's or the server's, and the router's.
  [ ${#spaces[@]} -ge 5 ] || fail "the demo has only the namespaces ${spaces[*]}"
  expect_differs_from_ours
}
expect_differs_from_ours() {
  local space
  for space in "$(namespace_of self pid)" "$(namespace_of self mnt)" "$(namespace_of self net)"; do
    [[ " ${spaces[*]} " != *" $space "* ]] || fail "the demo works in our own namespace $space"
  done
}
expect_nothing_left() {
  local link space process
  for link in /proc/[0-9]*/ns/{pid,mnt,net}; do
    space=$(readlink "$link" 2>/dev/null) || continue
    [[ " ${spaces[*]} " == *" $space "* ]] || continue
    process=$(ps -o stat=,args= -p "$(cut -d/ -f3 <<<"$link")") || continue
    [[ $process == Z* ]] || fail "left behind in $space: $process"  # a dead one waits for its parent only
  done
  diff <(echo "$traces_before") <(traces) >&2 || fail "the demo left traces"
}
