# To be sourced: running steps, one after the other or side by side, and adding up what they report.
#
# A step is a command. If its output has lines such as "12 passed, 0 failed, 1 skipped", or ctest's
# own, the last of each kind counts; else the step itself counts as one test. Lines such as
# "skipped NAME: WHY" are repeated at the end.
#
#     step NAME COMMAND...    runs it, and shows its output as it comes
#     start NAME COMMAND...   runs it beside others, of which there are at most "side_by_side", and
#                             shows its output when it has ended
#     finish                  waits for all that were started
#     summary                 prints what ran and for how long, and the sum
#
# A step that still runs when SECONDS reaches "last_second", if that is set, is stopped. It has failed,
# or, where "stopped_is_skipped" and it reported no failure so far, counts as skipped.

side_by_side=${side_by_side:-2}
last_second=${last_second:-}
stopped_is_skipped=false
passed=0
failed=0
skipped=0
step_names=()
step_times=()
step_failures=()
step_skips=()
declare -A running=() # process by number of step, with the second it began
step_logs=$(mktemp -d)
trap 'stop_steps; rm -rf "$step_logs"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# Ends what a step has started: each is a process group of its own.
stop_steps() {
  local number
  for number in "${!running[@]}"; do stop_step "$number"; done
}

stop_step() {
  local group=${running[$1]% *} tries
  kill -TERM -- "-$group" 2>/dev/null || return 0
  for ((tries = 0; tries < 20; ++tries)); do
    kill -0 -- "-$group" 2>/dev/null || return 0
    sleep 0.5
  done
  kill -KILL -- "-$group" 2>/dev/null || true
}

# Prints "PASSED FAILED SKIPPED" of a step's log, or nothing where it reports no numbers.
tally() {
  awk '
    match($0, /^[0-9]+ passed, [0-9]+ failed(, [0-9]+ skipped)?$/) {
      found = 1; p = $1; f = $3; s = $5 + 0
    }
    match($0, /^[0-9]+% tests passed, [0-9]+ tests? failed out of [0-9]+$/) {
      found = 1; f = $4; p = $NF - $4; s = 0
    }
    END { if (found) print p + 0, f + 0, s + 0 }' "$1"
}

minutes_and_seconds() { printf '%3d:%02d' $(($1 / 60)) $(($1 % 60)); }

# launch NAME SHOW COMMAND...: starts a step; SHOW is the command that its output goes through.
launch() {
  local name=$1 show=$2 number=${#step_names[@]}
  shift 2
  step_names+=("$name")
  : >"$step_logs/$number"
  set -m
  # In a subshell with errexit, which an "if" or "||" around it would switch off.
  (
    set +m
    trap - EXIT INT TERM
    running=()
    set +e
    (
      set -euo pipefail
      "$@"
    ) </dev/null 2>&1 | $show "$step_logs/$number"
    echo "${PIPESTATUS[0]}" >"$step_logs/$number.status"
  ) &
  running[$number]="$! $SECONDS"
  set +m
}

# Waits until at most so many steps are running.
wait_until() {
  local number
  while :; do
    for number in "${!running[@]}"; do
      if ! kill -0 "${running[$number]% *}" 2>/dev/null; then
        collect "$number"
      elif [[ -n $last_second && $SECONDS -ge $last_second ]]; then
        stop_step "$number"
        report_stop "$number"
        collect "$number"
      fi
    done
    [[ ${#running[@]} -gt $1 ]] || return 0
    sleep 0.3
  done
}

# Closes the log of a step that was stopped.
report_stop() {
  local log=$step_logs/$1 p=0 f=0 s=0 counts
  counts=$(tally "$log")
  if [[ -n $counts ]]; then read -r p f s <<<"$counts"; fi
  if $stopped_is_skipped && [[ $f -eq 0 ]]; then
    echo 0 >"$log.status"
    s=$((s + 1))
  else
    f=$((f + 1))
  fi
  {
    echo "skipped what was left: stopped after $((SECONDS / 60)) minutes of the whole run"
    echo "$p passed, $f failed, $s skipped"
  } >>"$log"
}

# Counts what a step that has ended reports.
collect() {
  local number=$1 name=${step_names[$1]} log=$step_logs/$1 status=1 p=0 f=0 s=0 counts
  local seconds=$((SECONDS - ${running[$1]#* }))
  wait "${running[$number]% *}" 2>/dev/null || true
  unset "running[$number]"
  if [[ -e $log.status ]]; then status=$(<"$log.status"); fi
  if [[ -e $log.hidden ]]; then
    printf '\n=== %s\n' "$name"
    cat "$log"
  fi
  counts=$(tally "$log")
  if [[ -n $counts ]]; then
    read -r p f s <<<"$counts"
    if [[ $status -ne 0 && $f -eq 0 ]]; then f=1; fi
  elif [[ $status -eq 0 ]]; then
    p=1
  else
    f=1
  fi
  passed=$((passed + p))
  failed=$((failed + f))
  skipped=$((skipped + s))
  step_times+=("$(minutes_and_seconds "$seconds")  $name: $p passed, $f failed, $s skipped")
  if [[ $f -ne 0 ]]; then step_failures+=("$name"); fi
  local line
  while IFS= read -r line; do
    step_skips+=("[$name] ${line#skipped }")
  done < <(grep '^skipped ' "$log" | sort -u)
}

step() {
  wait_until 0
  printf '\n=== %s\n' "$1"
  launch "$1" tee "${@:2}"
  wait_until 0
}

to_log() { cat >"$1"; }

start() {
  wait_until $((side_by_side - 1))
  printf '\n=== %s: started\n' "$1"
  touch "$step_logs/${#step_names[@]}.hidden"
  launch "$1" to_log "${@:2}"
}

finish() { wait_until 0; }

# skip_step NAME WHY
skip_step() {
  printf '\n=== %s: skipped, %s\n' "$1" "$2"
  step_skips+=("$1: $2")
  skipped=$((skipped + 1))
}

# Prints what ran and for how long, and ends with the summary. Fails if anything did.
summary() {
  finish
  printf '\n=== Summary, in minutes\n'
  if [[ ${#step_times[@]} -gt 0 ]]; then printf '%s\n' "${step_times[@]}"; fi
  printf '%s  in all\n' "$(minutes_and_seconds "$SECONDS")"
  if [[ ${#step_skips[@]} -gt 0 ]]; then
    echo "Skipped:"
    printf '  %s\n' "${step_skips[@]}"
  fi
  if [[ ${#step_failures[@]} -gt 0 ]]; then printf 'FAILED: %s\n' "${step_failures[@]}"; fi
  if [[ $skipped -eq 0 ]]; then
    printf '%d passed, %d failed\n' "$passed" "$failed"
  else
    printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
  fi
  [[ $failed -eq 0 ]]
}
