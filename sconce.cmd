@echo off
rem Runs the command line from a checkout on Windows: ./sconce, by the bash that Git for Windows brings.
setlocal
set "bash="
for %%g in (git.exe) do if not "%%~dp$PATH:g"=="" set "bash=%%~dp$PATH:g..\bin\bash.exe"
if not exist "%bash%" set "bash=%ProgramFiles%\Git\bin\bash.exe"
if not exist "%bash%" (
  echo sconce: Git's bash was not found 1>&2
  echo   what to do: install Git for Windows, https://git-scm.com 1>&2
  exit /b 1
)
"%bash%" "%~dp0sconce" %*
exit /b %errorlevel%
