# Sourced by ./sconce and ./test: builds what is missing or older than its sources, quietly. Expects $root.
# A stamp per part lies in artifacts/; comparing times takes milliseconds where asking dotnet takes seconds.

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1
stamps=$root/artifacts

say() { printf '%s\n' "$*" >&2; }

need() {
  command -v "$1" >/dev/null 2>&1 && return
  say "sconce: $1 was not found on the PATH"
  say "  what to do: install $2"
  exit 1
}

# stale STAMP PATH…: true where a source under PATH… is newer than the stamp. Directories count too, for their
# times change when a file goes away.
stale() {
  local stamp=$stamps/$1; shift
  [ -e "$stamp" ] || return 0
  [ -n "$(find "$@" \( -name bin -o -name obj -o -name dist -o -name node_modules \) -prune \
    -o -newer "$stamp" -print -quit 2>/dev/null)" ]
}

# build STAMP WHAT COMMAND…: runs the command and sets the stamp to the time at which it began. Its output is shown
# where it fails, or live with SCONCE_VERBOSE=1.
build() {
  local stamp=$stamps/$1 what=$2 log=$stamps/$1.log; shift 2
  say "sconce: $what …"
  mkdir -p "$stamps"
  touch "$stamp.begun"
  if [ "${SCONCE_VERBOSE:-}" = 1 ]; then "$@" >&2 || exit 1
  elif ! "$@" >"$log" 2>&1; then
    cat "$log" >&2
    say "sconce: $what failed"
    exit 1
  fi
  mv "$stamp.begun" "$stamp"
}

# Two calls at once must not build into the same folders: the second waits, and then finds nothing to do.
locked() {
  mkdir -p "$stamps"
  { flock 9; "$@"; } 9>"$stamps/lock"
}

# The lock is for the builder alone: what it starts must not inherit it, or a build server would hold it for ever.
# It starts at the root, for npm looks for workspaces from where it is called.
quietly() { (cd "$root" && exec "$@" 9>&-); }

tool_sources=("$root/src" "$root/Directory.Build.props" "$root/Directory.Packages.props" "$root/global.json" "$root/.editorconfig")
runtime_sources=("$root/web/runtime" "$root/tsconfig.base.json")
wasi_nn_sources=("$root/web/wasi-nn" "${runtime_sources[@]}")
npm_sources=("$root/package-lock.json" "$root/package.json")

build_tool() {
  need dotnet "the .NET 10 SDK, https://dotnet.microsoft.com/download/dotnet/10.0"
  stale tool "${tool_sources[@]}" || return 0
  locked build_tool_now
}

build_tool_now() {
  stale tool "${tool_sources[@]}" || return 0
  # Made beforehand, for otherwise the build itself would make these folders' parents newer than the stamp.
  mkdir -p "$root"/src/Sconce.{Cli,Compiler}/{bin,obj}
  build tool "building the compiler" \
    quietly dotnet build "$root/src/Sconce.Cli" -c Release -v q --nologo -clp:NoSummary
}

install_packages() {
  need npm "Node 20.16 or newer, https://nodejs.org"
  if [ -d "$root/node_modules" ]; then stale npm "${npm_sources[@]}" || return 0; fi
  build npm "installing npm packages" quietly npm --prefix "$root" ci --no-fund --no-audit
}

build_runtime() {
  need node "Node 20.16 or newer, https://nodejs.org"
  if [ -d "$root/web/runtime/dist" ]; then stale runtime "${runtime_sources[@]}" || return 0; fi
  locked build_runtime_now
}

build_runtime_now() {
  install_packages
  if [ -d "$root/web/runtime/dist" ]; then stale runtime "${runtime_sources[@]}" || return 0; fi
  mkdir -p "$root/web/runtime/dist"
  build runtime "building the runtime" quietly npm --prefix "$root" run build --workspace web/runtime
}

build_wasi_nn() {
  if [ -d "$root/web/wasi-nn/dist/tool" ]; then stale wasi-nn "${wasi_nn_sources[@]}" || return 0; fi
  locked build_wasi_nn_now
}

build_wasi_nn_now() {
  build_runtime_now
  if [ -d "$root/web/wasi-nn/dist/tool" ]; then stale wasi-nn "${wasi_nn_sources[@]}" || return 0; fi
  mkdir -p "$root/web/wasi-nn/dist"
  build wasi-nn "building WASI-NN" quietly npm --prefix "$root" run build --workspace web/wasi-nn
}

# The bench's packages are its own, outside the workspaces: the tests need none of what they bring.
install_bench() {
  if [ ! -d "$root/bench/models/node_modules" ] || stale bench "$root/bench/models/package-lock.json"; then
    build bench "installing the bench's npm packages" npm --prefix "$root/bench/models" ci --no-fund --no-audit
  fi
}

# The Node that the bench brings along: of one version everywhere, for older ones lack relaxed SIMD.
bench_node() {
  local packaged
  packaged=$(compgen -G "$root/bench/models/node_modules/node-*-*/bin/node") || packaged=node
  printf '%s\n' "${packaged%%$'\n'*}"
}

demo_sources=("$root/web/demo" "${runtime_sources[@]}")

build_demo() {
  if [ -d "$root/web/demo/dist" ]; then stale demo "${demo_sources[@]}" || return 0; fi
  locked build_demo_now
}

build_demo_now() {
  if [ -d "$root/web/demo/dist" ]; then stale demo "${demo_sources[@]}" || return 0; fi
  mkdir -p "$root/web/demo/dist"
  build demo "building the demo's page" quietly npm --prefix "$root" run build --workspace web/demo
}

playground_sources=("$root/web/playground" "$root/web/demo/public" "$root/examples/wasi-nn" "${wasi_nn_sources[@]}")

build_playground() {
  if [ -d "$root/web/playground/dist" ]; then stale playground "${playground_sources[@]}" || return 0; fi
  build_wasi_nn
  locked build_playground_now
}

build_playground_now() {
  if [ -d "$root/web/playground/dist" ]; then stale playground "${playground_sources[@]}" || return 0; fi
  mkdir -p "$root/web/playground/dist" "$root/examples/wasi-nn/dist"
  build playground "building the playground" quietly npm --prefix "$root" run build --workspace web/playground
}
