# To be sourced: running steps one after the other and adding up what they report.
#
# A step is a command. If its output has lines such as "12 passed, 0 failed, 1 skipped", or ctest's
# own, the last of each kind counts; else the step itself counts as one test.

passed=0
failed=0
skipped=0
step_times=()
step_failures=()
step_logs=$(mktemp -d)
trap 'rm -rf "$step_logs"' EXIT

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

# step NAME COMMAND...
step() {
  local name=$1 started=$SECONDS status=0 log
  shift
  log=$step_logs/$((${#step_times[@]} + 1))
  printf '\n=== %s\n' "$name"
  # In a subshell with errexit, which an "if" or "||" around it would switch off.
  set +e
  (
    set -euo pipefail
    "$@"
  ) </dev/null 2>&1 | tee "$log"
  status=${PIPESTATUS[0]}
  set -e
  local p=0 f=0 s=0 counts
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
  step_times+=("$(printf '%6d s  %s' $((SECONDS - started)) "$name")")
  if [[ $f -ne 0 ]]; then step_failures+=("$name"); fi
}

# skip_step NAME WHY
skip_step() {
  printf '\n=== %s\nskipped: %s\n' "$1" "$2"
  skipped=$((skipped + 1))
}

# Prints what ran and for how long, and ends with the summary. Fails if anything did.
summary() {
  printf '\n=== Summary\n'
  if [[ ${#step_times[@]} -gt 0 ]]; then printf '%s\n' "${step_times[@]}"; fi
  printf '%6d s  in all\n' "$SECONDS"
  if [[ ${#step_failures[@]} -gt 0 ]]; then printf 'FAILED: %s\n' "${step_failures[@]}"; fi
  if [[ $skipped -eq 0 ]]; then
    printf '%d passed, %d failed\n' "$passed" "$failed"
  else
    printf '%d passed, %d failed, %d skipped\n' "$passed" "$failed" "$skipped"
  fi
  [[ $failed -eq 0 ]]
}
