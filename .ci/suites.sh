# Sourced by ./test: one function per suite, and the sum of what they count. Expects $root and .ci/build.sh.

passed=0
failed=0

heading() { printf '\n== %s\n' "$*"; }

# count NAME PASSED FAILED STATUS: adds a suite's numbers. A runner that ended badly without naming a failed test
# counts as one failure: a crash is not a pass.
count() {
  local name=$1 good=${2:-0} bad=${3:-0} status=$4
  if [ "$status" -ne 0 ] && [ "$bad" -eq 0 ]; then bad=1; fi
  if [ "$status" -eq 0 ] && [ $((good + bad)) -eq 0 ]; then say "$name: no test ran"; bad=1; fi
  passed=$((passed + good))
  failed=$((failed + bad))
  printf '%s: %d passed, %d failed\n' "$name" "$good" "$bad"
}

finish() {
  printf '\n%d passed, %d failed\n' "$passed" "$failed"
  [ "$failed" -eq 0 ] || exit 1
  exit 0
}

# The number behind a word in the last line that has it, such as "# pass 12" or "Failed: 3".
number() { sed "s/$(printf '\033')\[[0-9;]*m//g" "$1" | grep -oE "$2 *[0-9]+" | tail -n 1 | grep -oE '[0-9]+$'; }

suite_csharp() {
  heading "C# tests"
  build_wasi_nn
  build_demo
  need dotnet "the .NET 10 SDK, https://dotnet.microsoft.com/download/dotnet/10.0"
  ( build tests "building the C# projects" dotnet build Sconce.slnx -c Release -v q --nologo -clp:NoSummary ) ||
    { count csharp 0 1 1; return; }
  local log=$stamps/csharp.log total failures errors skipped status
  within 900 dotnet tests/Sconce.Tests/bin/Release/net10.0/Sconce.Tests.dll -noColor 2>&1 | tee "$log"
  status=${PIPESTATUS[0]}
  total=$(number "$log" 'Total:')
  skipped=$(number "$log" 'Skipped:')
  failures=$(number "$log" 'Failed:')
  errors=$(number "$log" 'Errors:')
  count csharp $((${total:-0} - ${failures:-0} - ${skipped:-0})) $((${failures:-0} + ${errors:-0})) "$status"
}

# within SECONDS COMMAND…: stops it then, where there is a tool for that; macOS has none.
within() {
  local seconds=$1; shift
  if command -v timeout >/dev/null; then timeout "$seconds" "$@"; else "$@"; fi
}

# A package's tests are node's own runner, which ends with "# pass N" and "# fail N" ("ℹ pass N" with its other reporter).
node_suite() {
  local name=$1 log=$stamps/${1//\//-}.log status; shift
  within 1800 "$@" 2>&1 | tee "$log"
  status=${PIPESTATUS[0]}
  count "$name" "$(number "$log" '(#|ℹ) pass')" "$(number "$log" '(#|ℹ) fail')" "$status"
}

has_script() { node -e 'process.exit(require(process.argv[1]).scripts?.[process.argv[2]] ? 0 : 1)' "$root/$1/package.json" "$2"; }

suite_typescript() {
  heading "TypeScript tests"
  # The playground carries the compiler along.
  build_browser_compiler
  ( build web "building the npm packages" npm run build ) || { count typescript 0 1 1; return; }
  # The graphs of WASI-NN's tests are compiled by it.
  build_runtime
  build_tool
  local package
  for package in web/*/; do
    package=${package%/}
    if [ -e "$package/package.json" ] && has_script "$package" test; then
      node_suite "$package" npm test --silent --workspace "$package"
    fi
  done
  node_suite types node --test tests/types/*.test.mjs
  node_suite story node --test examples/story/*.test.js
}

# What the documents say: their commands run, their code passes the type checker, their links lead somewhere; and the site that is made of them.
suite_docs() {
  heading "Documentation tests"
  install_browsers
  build_site
  node_suite docs node --test tests/docs/*.test.mjs
}

# Every model with PyTorch's own numbers beside it, with one thread and relaxed SIMD and with two and without. The lists of
# what is for later get shorter by themselves: a model on them that passes is a failure. ./test models NAME… takes the cases with these names alone, 'conv*' for several.
suite_models() {
  heading "Models"
  build_runtime
  build_tool
  if [ $# -gt 0 ]; then
    local name file chosen=()
    for name in "$@"; do
      for file in tests/models/*/$name.pt2 tests/models/*/$name.pt; do
        [ ! -e "$file" ] || chosen+=("$file")
      done
      [ ${#chosen[@]} -gt 0 ] || { say "models: no case is called $name in tests/models"; exit 2; }
    done
    verify_models "${chosen[@]}"
    return
  fi
  verify_models tests/models
  local folder
  for folder in ../shared/models ../shared/quantised; do
    if [ -d $folder ]; then verify_models $folder; else say "models: no $folder here, left out"; fi
  done
}

verify_models() {
  local what=$1 log=$stamps/models.log mode status
  [ $# -eq 1 ] || what="$# models"
  # Checked after every pass once: the passes know nothing of threads.
  for mode in "--threads 1 --check" "--threads 2 --no-relaxed"; do
    # What passes is a line too many here; the sum at the end counts it.
    within 1200 ./sconce verify "$@" $mode --later tests/models/later.txt >"$log" 2>&1
    status=$?
    grep -v '^passed' "$log"
    count "$what $mode" "$(sed -n 's/^\([0-9]*\) passed, [0-9]* failed$/\1/p' "$log")" \
      "$(sed -n 's/^[0-9]* passed, \([0-9]*\) failed$/\1/p' "$log")" "$status"
  done
}

# PyTorch's own samples of its operators: those that are packed, or with options those that PyTorch makes (tests/conformance/README.md).
suite_conformance() {
  heading "Conformance"
  build_runtime
  build_tool
  local log=$stamps/conformance.log status limit=600
  [ $# -eq 0 ] || limit=36000
  within $limit node tests/conformance/conformance.mjs "$@" 2>&1 | tee "$log"
  status=${PIPESTATUS[0]}
  count conformance "$(sed -n 's/^\([0-9]*\) passed, [0-9]* failed$/\1/p' "$log")" "$(sed -n 's/^[0-9]* passed, \([0-9]*\) failed$/\1/p' "$log")" "$status"
}

# Programs in other languages, built from source and run by `sconce wasi`.
suite_wasi() {
  heading "WASI guests"
  install_guest_toolchains
  build_wasi_nn
  build_tool
  node_suite wasi node --test tests/wasi/*.test.mjs
}

suite_browser() {
  heading "Browser tests"
  install_browsers
  build_runtime
  build_tool
  build_demo
  build_wasi_nn
  build_playground
  build_browser_compiler
  node_suite browser node --test --test-concurrency=1 tests/browser/*.test.mjs
}

# Files and calls that mean harm: the findings of earlier runs, then new ones for a minute in all. The same ones each time, unless it is told
# for how long: ./test fuzz --minutes N [--seed S]; ./test fuzz --replay FILE… tries files again, and --web TARGET --seed S --first N --last N+1 a guest.
suite_fuzz() {
  heading "Fuzzing"
  # The minute is the most that it takes; what ends it is a number of cases, so that it is the same ones on any machine.
  local seconds=55 seed=1 replay=() web=() last=900 last_web=300
  while [ $# -gt 0 ]; do
    case $1 in
      --minutes) seconds=$((60 * $2)) seed=$RANDOM last=2000000000 last_web=2000000000; shift 2 ;;
      --seed) seed=$2; shift 2 ;;
      --replay) shift; replay=("$@"); set -- ;;
      --web) web=(--only "$2"); shift 2 ;;
      --first | --last) web+=("$1" "$2"); shift 2 ;;
      *) say "fuzz: unknown option $1: expected --minutes N, --seed S or --replay FILE…"; exit 2 ;;
    esac
  done
  build_wasi_nn
  ( build fuzzer "building the fuzzer" dotnet build tests/fuzz -c Release -v q --nologo -clp:NoSummary ) || { count fuzz 0 1 1; return; }
  local fuzzer=tests/fuzz/bin/Release/net10.0/Sconce.Fuzz.dll artifacts=artifacts/fuzz/seeds
  dotnet $fuzzer --export $artifacts || { count fuzz 0 1 1; return; }
  # Four parts of five for what is written in C#, the compiler above all.
  if [ ${#web[@]} -eq 0 ]; then fuzz fuzz dotnet $fuzzer --seconds $((seconds * 4 / 5)) --seed "$seed" --last $last ${replay:+--replay "${replay[@]}"}; fi
  fuzz fuzz-web node tests/fuzz/web/fuzz.mjs --artifacts $artifacts --seconds $((seconds / 5)) --seed "$seed" --last $last_web ${web[@]+"${web[@]}"} ${replay:+--replay "${replay[@]}"}
}

fuzz() {
  local name=$1 log=$stamps/$1.log status; shift
  # Five minutes more than it should take.
  within $((seconds + 300)) nice "$@" 2>&1 | tee "$log"
  status=${PIPESTATUS[0]}
  count "$name" "$(sed -n 's/^\([0-9]*\) passed, [0-9]* failed$/\1/p' "$log")" "$(sed -n 's/^[0-9]* passed, \([0-9]*\) failed$/\1/p' "$log")" "$status"
}

# The npm packages in bundlers, Nodes and type checkers, each in an empty folder, and the examples, as `sconce new` makes projects of them. Their packages, some 850 MB (Next and two Nodes are most
# of it), come into artifacts/bundlers.
suite_bundlers() {
  heading "Bundlers"
  install_browsers
  pack_npm
  # For vite-plugin-sconce, which compiles by it, and for sconce new.
  build_tool
  ( build bundlers-npm "installing bundlers" node tests/bundlers/folder.mjs ) || { count bundlers 0 1 1; return; }
  node_suite bundlers node --test tests/bundlers/*.test.mjs tests/examples/*.test.mjs
}

# What people install, from .ci/pack's output alone.
suite_packages() {
  heading "Packages"
  install_native_toolchain
  ( pack_npm; pack_native; pack_nuget ) || { count packages 0 1 1; return; }
  node_suite packages node --test tests/packages/*.test.mjs
  test_wheel
}

# The Python wheel, unpacked in a folder of its own. The PyTorch of ../shared runs in a root of its own, which sees this checkout, not always /tmp, and no Node but the one put there.
test_wheel() {
  ( pack_wheel ) || { count wheel 0 1 1; return; }
  local wheel folder
  wheel=$(compgen -G "$packages/sconce-*.whl")
  python_tests wheel python3 tests/python/test_wheel.py "$wheel"
  if [ ! -x ../shared/pytorch/python ]; then say "packages: no ../shared/pytorch here: the wheel is not tried with PyTorch"; return; fi
  need node "Node 20.16 or newer, https://nodejs.org"
  folder=$(mktemp -d "$stamps/wheel-torch.XXXXXX")
  python3 -m zipfile -e "$wheel" "$folder/site"
  mkdir "$folder/bin"; cp "$(node -p process.execPath)" "$folder/bin/node"; cp tests/python/*.py python/README.md "$folder"
  PYTHONPATH=$folder/site PATH=$folder/bin:$PATH python_tests wheel-torch ../shared/pytorch/python "$folder/test_sconce.py"
  rm -rf "$folder"
}

python_tests() {
  local name=$1 log=$stamps/$1.log status; shift
  within 900 "$@" 2>&1 | tee "$log"
  status=${PIPESTATUS[0]}
  count "$name" "$(sed -n 's/^\([0-9]*\) passed, [0-9]* failed$/\1/p' "$log")" "$(sed -n 's/^[0-9]* passed, \([0-9]*\) failed$/\1/p' "$log")" "$status"
}

# Debian's packages where this is Debian and we may; elsewhere the tests take what they find, and say what they miss.
install_browsers() {
  local wanted=()
  command -v chromium >/dev/null || command -v google-chrome >/dev/null || wanted+=(chromium)
  command -v firefox-esr >/dev/null || command -v firefox >/dev/null || wanted+=(firefox-esr)
  compgen -G '/usr/lib/*/webkit2gtk-4.1/MiniBrowser' >/dev/null || wanted+=(libwebkit2gtk-4.1-0)
  command -v Xvfb >/dev/null || wanted+=(xvfb)
  install_from_debian ${wanted[@]+"${wanted[@]}"}
}

# What the native tool is linked with.
install_native_toolchain() {
  local wanted=()
  command -v gcc >/dev/null || command -v clang >/dev/null || wanted+=(gcc libc6-dev)
  [ -e /usr/include/zlib.h ] || wanted+=(zlib1g-dev)
  command -v python3 >/dev/null || wanted+=(python3)
  install_from_debian ${wanted[@]+"${wanted[@]}"}
}

# What examples/wasi-nn/build needs.
install_guest_toolchains() {
  local wanted=()
  command -v wasm-ld >/dev/null || wanted+=(lld)
  command -v clang >/dev/null || wanted+=(clang)
  [ -d /usr/lib/wasm32-wasi ] || wanted+=(wasi-libc)
  compgen -G '/usr/lib/llvm-*/lib/clang/*/lib/wasi/*wasm32.a' >/dev/null || wanted+=(libclang-rt-14-dev-wasm32)
  compgen -G '/usr/lib/rustlib/wasm32-wasi*/lib' >/dev/null || wanted+=(rustc libstd-rust-dev-wasm32)
  install_from_debian ${wanted[@]+"${wanted[@]}"}
}

install_from_debian() {
  [ $# -gt 0 ] || return 0
  if ! command -v apt-get >/dev/null || [ "$(id -u)" -ne 0 ]; then
    say "test: not installed, and not root on Debian: $*"
    return 0
  fi
  say "test: installing $* with apt-get …"
  mkdir -p "$stamps"
  export DEBIAN_FRONTEND=noninteractive
  { apt-get update && apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends "$@"; } \
    >"$stamps/apt.log" 2>&1 || { tail -n 5 "$stamps/apt.log" >&2; say "test: apt-get failed; going on without"; }
}
