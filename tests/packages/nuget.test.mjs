// The .NET tool and the library, installed from what .ci/pack made, with a home and a package cache of their own.
import assert from "node:assert/strict";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { tryCommands } from "./commands.mjs";
import { Folder, packages, root, version } from "./folder.mjs";

function machine(name) {
  const folder = new Folder(name, ["dotnet", "node", "sh", "chmod"]);
  folder.environment.NUGET_PACKAGES = folder.at(".machine/nuget");
  // The folder is the only source: what the packages lack is not found elsewhere.
  writeFileSync(folder.at("nuget.config"), `<configuration><packageSources><clear /><add key="packed" value="${packages}" /></packageSources></configuration>\n`);
  return folder;
}

describe("dotnet tool install sconce", () => {
  let folder;

  before(() => {
    folder = machine("tool");
    folder.ok("dotnet", "tool", "install", "--global", "sconce", "--version", version);
    folder.environment.PATH += `:${folder.at(".machine/home/.dotnet/tools")}`;
  });
  after(() => folder.remove());

  tryCommands(() => folder, ["sconce"]);

  test("without Node it says what to install", () => {
    folder.ok("sconce", "compile", "digits.pt2");
    const { PATH } = folder.environment;
    folder.environment.DOTNET_ROOT = dotnetRoot(folder);
    folder.environment.PATH = PATH.slice(PATH.indexOf(":") + 1);
    try {
      for (const args of [["run", "digits.wasm"], ["bench", "digits.wasm"], ["demo", "--no-serve"], ["wasi", "digits-guest.wasm", "--graph", "digits=digits.wasm"]]) {
        const { status, stderr } = folder.run("sconce", ...args);
        assert.equal(status, 1, `${args}`);
        assert.match(stderr, /^error: expected Node 20\.16 or newer as 'node' on the path, but it cannot be started [^]*what to do: install Node/, `${args}`);
      }
      assert.match(folder.ok("sconce", "inspect", "digits.wasm"), /^digits\.wasm/);
    } finally {
      folder.environment.PATH = PATH;
    }
  });
});

/** Where .NET lies, for the tool's starter when dotnet is not on the PATH. */
const dotnetRoot = (folder) => /\[(.*)\/shared\/Microsoft\.NETCore\.App\]/.exec(folder.ok("dotnet", "--list-runtimes"))[1];

describe("Sconce.Compiler", () => {
  let folder;

  before(() => (folder = machine("library")));
  after(() => folder.remove());

  test("a console program compiles the bundled model as its README says", () => {
    const [, example] = /```csharp\n([^]*?)```/.exec(readFileSync(join(root, "src", "Sconce.Compiler", "README.md"), "utf8"));
    writeFileSync(folder.at("Program.cs"), example);
    writeFileSync(folder.at("Program.csproj"), `<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net10.0</TargetFramework><ImplicitUsings>enable</ImplicitUsings><Nullable>enable</Nullable><UseAppHost>false</UseAppHost></PropertyGroup>
  <ItemGroup><PackageReference Include="Sconce.Compiler" Version="${version}" /></ItemGroup>
</Project>
`);
    assert.equal(folder.ok("dotnet", "run", "-v", "q").trim(), "image: float32, 4 dims");
    assert.ok(statSync(folder.at("digits.wasm")).size > 400_000);
    const documentation = readFileSync(folder.at(`.machine/nuget/sconce.compiler/${version}/lib/net10.0/Sconce.Compiler.xml`), "utf8");
    assert.match(documentation, /<member name="M:Sconce\.Compiler\.Compilation\.Compile\([^>]*>\s*<summary>/);
  });
});
