@rem SPDX-License-Identifier: Apache-2.0
@rem
@rem Runs Maven for this project, with nothing needed but a JDK: one that was fetched before, else one that is fetched now
@rem from the URL and with the checksum in .mvn\wrapper\maven-wrapper.properties.
@echo off
setlocal EnableExtensions
set "HERE=%~dp0"
set "SETTINGS=%HERE%.mvn\wrapper\maven-wrapper.properties"
for /f "usebackq eol=# tokens=1,* delims==" %%a in ("%SETTINGS%") do set "MVNW_%%a=%%b"

set "JAVA=java"
if defined JAVA_HOME set "JAVA=%JAVA_HOME%\bin\java.exe"
"%JAVA%" -version >nul 2>&1
if errorlevel 1 (
    echo mvnw: no java found: install a JDK 17 or newer, and put it on the PATH or set JAVA_HOME. 1>&2
    exit /b 1
)

if not defined MAVEN_USER_HOME set "MAVEN_USER_HOME=%USERPROFILE%\.m2"
set "PLACE=%MAVEN_USER_HOME%\wrapper\dists\apache-maven-%MVNW_distributionVersion%-trapeze"
if exist "%PLACE%\bin\mvn.cmd" goto run

if not defined MVNW_DISTRIBUTION_URL set "MVNW_DISTRIBUTION_URL=%MVNW_distributionUrl%"
echo mvnw: fetching Maven %MVNW_distributionVersion% from %MVNW_DISTRIBUTION_URL% 1>&2
"%JAVA%" "%HERE%.mvn\wrapper\InstallMaven.java" "%MVNW_DISTRIBUTION_URL%" "%MVNW_distributionSha512Sum%" "%PLACE%"
if errorlevel 1 exit /b 1

:run
call "%PLACE%\bin\mvn.cmd" %*
exit /b %ERRORLEVEL%
