# Sourced by .ci/pack: one function per package, which puts it into artifacts/packages. Expects $root and .ci/build.sh.

packages=$root/artifacts/packages

npm_package() { quietly node "$root/.ci/npm-package.mjs" "$@" "$packages"; }

# sconce, sconce-wasi-nn, sconce-compiler, vite-plugin-sconce.
pack_npm() {
  build_wasi_nn
  build_vite_plugin
  build_browser_compiler
  build_portable_compiler
  mkdir -p "$packages"; rm -f "$packages"/sconce-[0-9]*.tgz "$packages"/sconce-wasi-nn-*.tgz "$packages"/sconce-compiler-[0-9]*.tgz "$packages"/vite-plugin-sconce-*.tgz
  local folder
  for folder in web/runtime web/wasi-nn web/compiler web/vite-plugin; do npm_package "$folder"; done
}

# sconce-compiler-PLATFORM, of this platform: the native tool with all that it brings along.
pack_native() {
  build_native
  build_compiler_package
  mkdir -p "$packages"; rm -f "$packages"/sconce-compiler-[!0-9]*.tgz
  npm_package --native "$root/artifacts/native"
}

# Sconce, the tool, and Sconce.Compiler, the library.
pack_nuget() {
  need dotnet "the .NET 10 SDK, https://dotnet.microsoft.com/download/dotnet/10.0"
  build_web
  mkdir -p "$packages"; rm -f "$packages"/*.nupkg
  local project
  for project in Sconce.Compiler Sconce.Cli; do
    build "pack-$project" "packing $project" quietly dotnet pack "$root/src/$project" -c Release -o "$packages" -v q --nologo -p:RunAnalyzers=false
  done
}

# The Python wheel sconce, of this platform: the package of python/ around the native tool.
pack_wheel() {
  need python3 "Python 3.10 or newer"
  build_native
  mkdir -p "$packages"; rm -f "$packages"/sconce-*.whl
  quietly python3 "$root/.ci/wheel.py" "$root/artifacts/native" "$packages"
}
