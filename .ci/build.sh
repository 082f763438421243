# Sourced by ./sconce and ./test: builds what is missing or older than its sources, quietly. Expects $root. Linux, macOS and Windows (Git Bash): no more
# than bash 3.2 and what BSD's tools and BusyBox know.
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
    -o -newer "$stamp" -print 2>/dev/null | head -n 1)" ]
}

# build STAMP WHAT COMMAND…: runs the command and sets the stamp to the time at which it began. Its output is shown
# where it fails, or live with SCONCE_VERBOSE=1.
build() {
  local stamp=$stamps/$1 what=$2 log=$stamps/$1.log; shift 2
  local began=$SECONDS clock
  mkdir -p "$stamps"
  touch "$stamp.begun"
  say "sconce: $what …"
  if [ "${SCONCE_VERBOSE:-}" = 1 ]; then
    "$@" >&2 || exit 1
  else
    show_seconds "$what" 9>&- & clock=$!
    if ! "$@" >"$log" 2>&1; then
      stop_clock $clock
      cat "$log" >&2
      say "sconce: $what failed"
      exit 1
    fi
    stop_clock $clock
  fi
  say "sconce: $what took $((SECONDS - began)) s"
  mv "$stamp.begun" "$stamp"
}

# The first build takes minutes: who waits sees that it goes on, in one line on a terminal, else now and then. It ends with who started it.
show_seconds() {
  local what=$1 began=$SECONDS every=20
  [ -t 2 ] && every=1
  while sleep $every >/dev/null 2>&1 </dev/null && kill -0 $$ 2>/dev/null; do
    if [ -t 2 ]; then printf '\r  %d s' $((SECONDS - began)) >&2; else say "sconce: $what … $((SECONDS - began)) s"; fi
  done
}

stop_clock() {
  kill "$1" 2>/dev/null || :
  wait "$1" 2>/dev/null || :
  [ ! -t 2 ] || printf '\r' >&2
}

# Two calls at once must not build into the same folders: the second waits, and then finds nothing to do.
locked() {
  mkdir -p "$stamps"
  if command -v flock >/dev/null; then { flock 9; "$@"; } 9>"$stamps/lock"; else locked_by_folder "$@"; fi
}

# macOS and Windows have no flock. A folder is made by one call alone; where its owner is gone, the next one takes it.
locked_by_folder() {
  local lock=$stamps/lock.folder owner
  until mkdir "$lock" 2>/dev/null; do
    owner=$(cat "$lock/owner" 2>/dev/null)
    if [ -n "$owner" ] && ! kill -0 "$owner" 2>/dev/null; then rm -rf "$lock"; else sleep 1; fi
  done
  # In a shell of its own, which gives the lock back however it ends.
  ( trap 'rm -rf "$lock"' EXIT; printf '%s\n' $$ >"$lock/owner"; "$@" ) || exit 1
}

# The lock is for the builder alone: what it starts must not inherit it, or a build server would hold it for ever.
# It starts at the root, for npm looks for workspaces from where it is called.
quietly() { (cd "$root" && exec "$@" 9>&-); }

# What sconce new makes projects of is part of the tool.
templates=("$root"/examples/{vanilla,vite-react,next,vue,svelte,extension,service-worker,node,forms})
tool_sources=("$root/src" "${templates[@]}" "$root/VERSION" "$root/Directory.Build.props" "$root/Directory.Packages.props" "$root/global.json" "$root/.editorconfig")
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
  # Without the analyzers, which take longer than the compiler; ./test runs them.
  # Made beforehand, for otherwise the build itself would make these folders' parents newer than the stamp.
  mkdir -p "$root"/src/Sconce.{Browser,Cli,Compiler}/{bin,obj}
  build tool "building the compiler" \
    quietly dotnet build "$root/src/Sconce.Cli" -c Release -v q --nologo -clp:NoSummary -p:RunAnalyzers=false -p:GenerateDocumentationFile=false
}

# The native tool with all that it brings along, which is what the npm package of a platform and the wheel hold.
build_native() {
  need dotnet "the .NET 10 SDK, https://dotnet.microsoft.com/download/dotnet/10.0"
  build_web
  stale native-tool "${tool_sources[@]}" "${playground_sources[@]}" "${demo_sources[@]}" || return 0
  mkdir -p "$root"/src/Sconce.{Browser,Cli,Compiler}/{bin,obj}
  rm -rf "$root/artifacts/native"
  build native-tool "building the native tool" quietly dotnet publish "$root/src/Sconce.Cli" -c Release --use-current-runtime \
    -p:PublishAot=true -p:BringAlong=true -p:RunAnalyzers=false -p:GenerateDocumentationFile=false -o "$root/artifacts/native" -v q --nologo
}

install_packages() {
  need npm "Node 20.16 or newer, https://nodejs.org"
  if [ -d "$root/node_modules" ]; then stale npm "${npm_sources[@]}" || return 0; fi
  build npm "installing npm packages" quietly npm --prefix "$root" ci --no-fund --no-audit
}

# What the runtime, the demo's page and sconce-compiler are built with, a sixth of all (55 MB of 300), for who only starts ./sconce.
install_few_packages() {
  need npm "Node 20.16 or newer, https://nodejs.org"
  if [ -d "$root/node_modules" ]; then
    if ! stale npm "${npm_sources[@]}" || ! stale npm-few "${npm_sources[@]}"; then return 0; fi
  fi
  build npm-few "installing npm packages" quietly npm --prefix "$root" ci --no-fund --no-audit \
    --workspace web/runtime --workspace web/demo --workspace web/compiler --include-workspace-root
}

build_runtime() {
  need node "Node 20.16 or newer, https://nodejs.org"
  if [ -d "$root/web/runtime/dist" ]; then stale runtime "${runtime_sources[@]}" || return 0; fi
  locked build_runtime_now
}

build_runtime_now() {
  install_few_packages
  if [ -d "$root/web/runtime/dist" ]; then stale runtime "${runtime_sources[@]}" || return 0; fi
  mkdir -p "$root/web/runtime/dist"
  build runtime "building the runtime" quietly npm --prefix "$root" run build --workspace web/runtime
}

build_wasi_nn() {
  if [ -d "$root/web/wasi-nn/dist/tool" ]; then stale wasi-nn "${wasi_nn_sources[@]}" || return 0; fi
  locked build_wasi_nn_now
}

build_wasi_nn_now() {
  install_packages
  build_runtime_now
  if [ -d "$root/web/wasi-nn/dist/tool" ]; then stale wasi-nn "${wasi_nn_sources[@]}" || return 0; fi
  mkdir -p "$root/web/wasi-nn/dist"
  build wasi-nn "building WASI-NN" quietly npm --prefix "$root" run build --workspace web/wasi-nn
}

# The bench's packages are its own, outside the workspaces: the tests need none of what they bring.
install_bench() {
  if [ ! -d "$root/bench/models/node_modules" ] || stale bench-npm "$root/bench/models/package-lock.json"; then
    build bench-npm "installing the bench's npm packages" npm --prefix "$root/bench/models" ci --no-fund --no-audit
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
  build_runtime_now
  if [ -d "$root/web/demo/dist" ]; then stale demo "${demo_sources[@]}" || return 0; fi
  mkdir -p "$root/web/demo/dist"
  build demo "building the demo's page" quietly npm --prefix "$root" run build --workspace web/demo
}

playground_sources=("$root/web/playground" "$root/web/demo/public" "$root/examples/wasi-nn" "$root/web/compiler" "$stamps/browser-compiler" "${wasi_nn_sources[@]}")

build_playground() {
  if [ -d "$root/web/playground/dist" ]; then stale playground "${playground_sources[@]}" || return 0; fi
  build_wasi_nn
  build_browser_compiler
  locked build_playground_now
}

build_playground_now() {
  if [ -d "$root/web/playground/dist" ]; then stale playground "${playground_sources[@]}" || return 0; fi
  mkdir -p "$root/web/playground/dist" "$root/examples/wasi-nn/dist"
  build playground "building the playground" quietly npm --prefix "$root" run build --workspace web/playground
}

# What the command line brings along when it is packed or published.
build_web() {
  build_wasi_nn
  build_demo
  build_playground
}

compiler_package_sources=("$root/web/compiler" "$root/tsconfig.base.json")

build_compiler_package() {
  if [ -d "$root/web/compiler/dist" ]; then stale compiler-package "${compiler_package_sources[@]}" || return 0; fi
  locked build_compiler_package_now
}

# The compiler as .NET's browser-wasm, for browsers and for Node where there is no native tool: the packs for WebAssembly come from NuGet, with no workload.
wasm_compiler_sources=("${tool_sources[@]}" "$root/web/compiler/dotnet.mjs")

build_browser_compiler() { build_wasm_compiler browser Sconce.Browser "building the compiler for browsers"; }

build_portable_compiler() { build_wasm_compiler portable Sconce.Portable "building the portable compiler"; }

# build_wasm_compiler PART PROJECT WHAT: what becomes of a project of src/ in web/compiler/dist/PART/dotnet.
build_wasm_compiler() {
  build_compiler_package
  need dotnet "the .NET 10 SDK, https://dotnet.microsoft.com/download/dotnet/10.0"
  wasm_compiler_is_old "$1" || return 0
  locked build_wasm_compiler_now "$@"
}

wasm_compiler_is_old() { [ ! -d "$root/web/compiler/dist/$1/dotnet" ] || stale "$1-compiler" "${wasm_compiler_sources[@]}"; }

build_wasm_compiler_now() {
  wasm_compiler_is_old "$1" || return 0
  mkdir -p "$root/src/$2"/{bin,obj} "$root"/src/Sconce.Compiler/{bin,obj} "$root/web/compiler/dist/$1"
  build "$1-compiler" "$3" publish_wasm_compiler "$1" "$2"
}

publish_wasm_compiler() {
  local published=$root/src/$2/bin/Release/net10.0/publish to=$root/web/compiler/dist/$1/dotnet
  rm -rf "$published"
  quietly dotnet publish "$root/src/$2" -c Release -v q --nologo -p:RunAnalyzers=false -p:GenerateDocumentationFile=false || return
  if [ "$1" = browser ]; then quietly node "$root/web/compiler/dotnet.mjs" "$published/wwwroot/_framework" "$to"; return; fi
  rm -rf "$to"
  cp -r "$published/wwwroot/_framework" "$to"
}

vite_plugin_sources=("$root/web/vite-plugin" "${compiler_package_sources[@]}")

build_vite_plugin() {
  build_compiler_package
  if [ -d "$root/web/vite-plugin/dist" ]; then stale vite-plugin "${vite_plugin_sources[@]}" || return 0; fi
  locked build_vite_plugin_now
}

build_vite_plugin_now() {
  install_packages
  mkdir -p "$root/web/vite-plugin/dist"
  build vite-plugin "building vite-plugin-sconce" quietly npm --prefix "$root" run build --workspace web/vite-plugin
}

build_compiler_package_now() {
  install_few_packages
  mkdir -p "$root/web/compiler/dist"
  build compiler-package "building sconce-compiler" quietly npm --prefix "$root" run build --workspace web/compiler
}

# The site's packages are its own, outside the workspaces: nothing else needs them.
install_site() {
  if [ ! -d "$root/site/node_modules" ] || stale site-npm "$root/site/package-lock.json"; then
    build site-npm "installing the site's npm packages" quietly npm --prefix "$root/site" ci --no-fund --no-audit
  fi
}

# What the pages are made of: documents, types, and the tool's own help.
site_sources=("$root"/site/*.* "$root/site/.vitepress/config.mjs" "$root/site/.vitepress/theme" "$root/docs" "$root"/*.md "$root"/web/*/README.md "$root/python/README.md"
  "$root/src/Sconce.Compiler/README.md" "$root/src/Sconce.Cli" "$root"/web/{runtime,compiler,vite-plugin,wasi-nn}/src "${playground_sources[@]}")

build_site() {
  build_wasi_nn
  build_vite_plugin
  build_playground
  build_tool
  if [ -d "$root/artifacts/site/dist/playground" ]; then stale site "${site_sources[@]}" || return 0; fi
  locked build_site_now
}

build_site_now() {
  install_site
  build site "building the site" build_site_pages
}

build_site_pages() {
  rm -rf "$root/artifacts/site/dist"
  quietly node "$root/site/assemble.mjs" || return
  quietly node "$root/site/node_modules/vitepress/bin/vitepress.js" build "$root/site" || return
  cp -r "$root/web/playground/dist" "$root/artifacts/site/dist/playground"
  quietly "$root/sconce" compile "$root/examples/digits/digits.pt2" -o "$root/artifacts/site/dist/playground/digits.wasm"
}
