@rem SPDX-License-Identifier: Apache-2.0
@rem
@rem Runs the trapeze command line; builds it first when its jar is missing or older than the sources.
@rem JAVA_HOME decides which JDK runs it, else the java on the PATH; TRAPEZE_JAVA_OPTS adds options to it.
@echo off
setlocal EnableExtensions
set "HERE=%~dp0"
set "JAR=%HERE%lab\target\trapeze.jar"

set "JAVA=java"
if defined JAVA_HOME set "JAVA=%JAVA_HOME%\bin\java.exe"
where /q java
if not defined JAVA_HOME if errorlevel 1 (
    echo trapeze: no java found: install a JDK 17 or newer, and put it on the PATH or set JAVA_HOME. 1>&2
    exit /b 1
)
if defined JAVA_HOME if not exist "%JAVA%" (
    echo trapeze: JAVA_HOME is "%JAVA_HOME%", but there is no bin\java.exe in it: point it at a JDK 17 or newer. 1>&2
    exit /b 1
)

if not exist "%JAR%" goto build
powershell -NoProfile -Command "$built = (Get-Item $env:JAR).LastWriteTimeUtc; $newer = 'emitter','trampolines','runtime','tests','bench','lab' | ForEach-Object { Get-ChildItem -Recurse -File ($env:HERE + $_ + '\src\main'); Get-Item ($env:HERE + $_ + '\pom.xml') } | Where-Object { $_.LastWriteTimeUtc -gt $built } | Select-Object -First 1; if ($newer) { exit 1 }"
if not errorlevel 1 goto run

:build
echo trapeze: building 1>&2
call "%HERE%mvnw.cmd" -f "%HERE%pom.xml" -q -B --no-transfer-progress -Dstyle.color=never -Dquick -pl lab -am package 1>&2
if errorlevel 1 (
    echo trapeze: the build failed; its messages are above, and mvnw.cmd verify shows them in full. 1>&2
    exit /b 1
)

:run
"%JAVA%" %TRAPEZE_JAVA_OPTS% -jar "%JAR%" %*
exit /b %ERRORLEVEL%
