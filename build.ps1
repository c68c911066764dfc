# Builds, tests and publishes on Windows, as build.sh does elsewhere. `./build.ps1 help` lists what it can do.
# It runs under Windows PowerShell 5.1 and PowerShell 7. There is no param block: --rid and the like must come through as they are.

$ErrorActionPreference = 'Stop'

$Root = $PSScriptRoot
$Artifacts = Join-Path $Root 'artifacts'
$Cache = Join-Path $Artifacts '.cache'
$Solution = Join-Path $Root 'SessionManagerPlugin.slnx'
$Plugin = 'session-manager-plugin'
$Emulator = 'ssm-emulator'

# The programs that are published.
$Products = @(
    @{ Project = 'src/SessionManagerPlugin'; Binary = $Plugin },
    @{ Project = 'src/SessionManagerPlugin.Emulator'; Binary = $Emulator }
)

# Nothing may outlive the script.
$env:DOTNET_NOLOGO = '1'
$env:DOTNET_CLI_TELEMETRY_OPTOUT = '1'
$env:MSBUILDDISABLENODEREUSE = '1'
$env:DOTNET_CLI_USE_MSBUILD_SERVER = '0'
if ($env:CI) {
    $env:UseSharedCompilation = 'false'
}

function Show-Usage {
    Write-Output @'
usage: ./build.ps1 VERB

  setup                  say what is missing for the other verbs
  build                  compile the whole solution, Release
  test [unit|e2e] [NAME] unit tests, then end-to-end tests on the published binaries;
                         NAME: only tests with this in their full name; what begins with -- goes to the runner
  fuzz [TIME|COUNT]      random schedules of lost connections and random bytes for the readers, each test for a TIME such as
                         90s or 10m (5m without one), or for COUNT seeds; SSM_FUZZ_SEED=N runs the one that failed
  run                    not on Windows: the emulator's sessions need a Unix terminal
  publish [--rid RID]    native binaries into artifacts/RID, their symbols into artifacts/RID/symbols
  install [PREFIX]       the plugin into PREFIX\bin, "%ProgramFiles%\session-manager-plugin" by default
  bench [FILTER...]      benchmarks; without a filter those of the message codec, in a short job
  format [--check]       put the code into its form, or only check it
  clean                  remove everything that was built
  help                   this text
'@
}

function Write-Step([string] $Text) {
    Write-Host "build.ps1: $Text"
}

function Stop-Build([string] $Text) {
    throw "build.ps1: $Text"
}

# Runs dotnet and gives what it wrote, with its exit status in $LASTEXITCODE. In Windows PowerShell, text on the error stream of a
# program is an error record, which must not end the script.
function Invoke-DotnetCaptured([string[]] $Arguments) {
    $ErrorActionPreference = 'Continue'
    & dotnet @Arguments 2>&1 | ForEach-Object { "$_" }
}

# Runs dotnet; what it wrote is shown only when it fails.
function Invoke-Dotnet([string[]] $Arguments) {
    $output = Invoke-DotnetCaptured $Arguments
    if ($LASTEXITCODE -ne 0) {
        $output | Out-Host
        Stop-Build "dotnet $($Arguments[0]) failed"
    }
}

function Get-HostRid {
    if ($env:OS -ne 'Windows_NT') {
        Stop-Build 'this script is for Windows; elsewhere use build.sh'
    }

    # A 32-bit PowerShell has the machine's own architecture in PROCESSOR_ARCHITEW6432.
    $architecture = if ($env:PROCESSOR_ARCHITEW6432) { $env:PROCESSOR_ARCHITEW6432 } else { $env:PROCESSOR_ARCHITECTURE }
    switch ($architecture) {
        'AMD64' { return 'win-x64' }
        'ARM64' { return 'win-arm64' }
        default { Stop-Build "no native compiler for $architecture" }
    }
}

# --- set-up ------------------------------------------------------------------------------------------------------------------------

# Gives the SDK's version.
function Get-Sdk {
    $version = $null
    if (Get-Command dotnet -ErrorAction SilentlyContinue) {
        Push-Location $Root
        try {
            $version = Invoke-DotnetCaptured @('--version')
        }
        finally {
            Pop-Location
        }
    }

    if (-not $version -or $LASTEXITCODE -ne 0) {
        Stop-Build 'needs the .NET SDK 10.0 (global.json says which): https://dotnet.microsoft.com/download/dotnet/10.0'
    }

    return "$version".Trim()
}

function Test-Linker {
    $vswhere = "${env:ProgramFiles(x86)}\Microsoft Visual Studio\Installer\vswhere.exe"
    if (-not (Test-Path $vswhere)) {
        return $false
    }

    $found = & $vswhere -latest -prerelease -products '*' -requires 'Microsoft.VisualStudio.Component.VC.Tools.x86.x64' -property installationPath
    return [bool] $found
}

function Invoke-Setup {
    $sdk = Get-Sdk
    if (-not (Test-Linker)) {
        Write-Step 'publishing needs the workload "Desktop development with C++" of Visual Studio or its Build Tools'
    }

    if (-not (Get-Command aws -ErrorAction SilentlyContinue)) {
        Write-Step 'the AWS CLI is not installed: the end-to-end tests that need it will be skipped'
    }

    Write-Step "set up: .NET SDK $sdk"
}

# --- build and test ----------------------------------------------------------------------------------------------------------------

function Invoke-Build {
    [void] (Get-Sdk)
    Write-Step 'building'
    Invoke-Dotnet @('build', $Solution, '-c', 'Release', '-v', 'quiet', '-tl:off', '-warnaserror')
}

$Counts = @{ Passed = 0; Failed = 0; Skipped = 0 }

# Runs a suite and adds its counts from the report that the test platform writes. False when anything is not as it should be.
function Invoke-Suite([string] $Name, [string[]] $Filter) {
    $results = Join-Path $Artifacts 'test-results'
    $report = Join-Path $results "$Name.trx"
    [void] (New-Item -ItemType Directory -Force $results)
    if (Test-Path $report) {
        Remove-Item -Force $report
    }

    Write-Step "running $Name"
    $arguments = @(
        (Join-Path $Root "tests/$Name/bin/Release/net10.0/$Name.dll"),
        '--no-banner', '--no-progress', '--no-ansi',
        '--results-directory', $results,
        '--report-xunit-trx', '--report-xunit-trx-filename', "$Name.trx"
    ) + $Filter
    Invoke-DotnetCaptured $arguments | Out-Host
    $status = $LASTEXITCODE

    $counters = $null
    if (Test-Path $report) {
        $counters = ([xml] (Get-Content -Raw $report)).TestRun.ResultSummary.Counters
    }

    if (-not $counters) {
        Write-Step "$Name ended with status $status and without a report: counted as one failure"
        $Counts.Failed += 1
        return $false
    }

    $suiteFailed = [int] $counters.failed + [int] $counters.error + [int] $counters.timeout + [int] $counters.aborted
    $suiteSkipped = [int] $counters.notExecuted
    $Counts.Passed += [int] $counters.passed
    $Counts.Failed += $suiteFailed
    $Counts.Skipped += $suiteSkipped

    # 8 is the platform's status for "nothing ran". That is right when everything was skipped, or when a filter meant other suites.
    if ($suiteFailed -gt 0) {
        return $false
    }

    if ($status -eq 8) {
        return ($suiteSkipped -gt 0) -or ($Filter.Count -gt 0)
    }

    return $status -eq 0
}

function Get-Suites([string] $Pattern) {
    Get-ChildItem -Directory (Join-Path $Root 'tests') -Filter $Pattern | ForEach-Object { $_.Name }
}

# The last line is the count, whatever ended the run.
function Invoke-Test([string[]] $Arguments) {
    $which = 'all'
    if ($Arguments.Count -gt 0 -and ($Arguments[0] -eq 'unit' -or $Arguments[0] -eq 'e2e')) {
        $which = $Arguments[0]
        $Arguments = @($Arguments | Select-Object -Skip 1)
    }

    $filter = @()
    if ($Arguments.Count -gt 0 -and -not $Arguments[0].StartsWith('--')) {
        $filter = @('--filter-method', "*$($Arguments[0])*")
        $Arguments = @($Arguments | Select-Object -Skip 1)
    }
    $filter += $Arguments

    $isGood = $false
    try {
        Invoke-Setup
        Invoke-Build
        $isGood = $true
        if ($which -ne 'e2e') {
            foreach ($name in (Get-Suites '*.Tests')) {
                if (-not (Invoke-Suite $name $filter)) {
                    $isGood = $false
                }
            }
        }

        if ($which -ne 'unit') {
            foreach ($name in (Get-Suites '*.EndToEndTests')) {
                Invoke-Publish @()
                $env:SESSION_MANAGER_PLUGIN_ARTIFACTS = Join-Path $Artifacts (Get-HostRid)
                if (-not (Invoke-Suite $name $filter)) {
                    $isGood = $false
                }
            }
        }
    }
    catch {
        $isGood = $false
        Write-Host $_
    }

    Complete-Tests $isGood
}

# The last line is the count; the exit status is honest.
function Complete-Tests([bool] $isGood) {
    if ($isGood -and ($Counts.Passed + $Counts.Failed) -eq 0) {
        $isGood = $false
        Write-Step 'no test ran'
    }

    $line = "$($Counts.Passed) passed, $($Counts.Failed) failed"
    if ($Counts.Skipped -gt 0) {
        $line += ", $($Counts.Skipped) skipped"
    }

    Write-Host $line
    if (-not $isGood) {
        exit 1
    }
}

# --- fuzz --------------------------------------------------------------------------------------------------------------------------

function Invoke-Fuzz([string[]] $Arguments) {
    $amount = if ($Arguments.Count -gt 0) { $Arguments[0] } else { '5m' }
    if ($amount -notmatch '^([0-9]+)([sm]?)$') {
        Stop-Build 'fuzz needs a time such as 90s or 10m, or a count of seeds such as 100000'
    }

    $number = [int] $Matches[1]
    $env:SSM_FUZZ_SECONDS = $null
    switch ($Matches[2]) {
        's' { $env:SSM_FUZZ_SECONDS = "$number" }
        'm' { $env:SSM_FUZZ_SECONDS = "$($number * 60)" }
        default {
            $env:SSM_FUZZ_SCHEDULES = "$number"
            $env:SSM_FUZZ_MUTATIONS = "$number"
        }
    }

    # A time is for what no run has seen before; a count is the same seeds again.
    if ($env:SSM_FUZZ_SECONDS -and -not $env:SSM_FUZZ_START) {
        $env:SSM_FUZZ_START = "$(([int] ((Get-Date).ToUniversalTime() - [datetime] '2020-01-01').TotalSeconds % 1000000) * 1000)"
    }

    $isGood = $false
    try {
        Invoke-Build
        if ($env:SSM_FUZZ_SEED) {
            Write-Step "seed $($env:SSM_FUZZ_SEED) alone"
        }
        else {
            Write-Step "$amount for each test, seeds from $(if ($env:SSM_FUZZ_START) { $env:SSM_FUZZ_START } else { '0' })"
        }

        $isGood = Invoke-Suite 'SessionManagerPlugin.Tests' @('--filter-namespace', 'SessionManagerPlugin.Tests.Fuzz', '--output', 'Detailed')
    }
    catch {
        Write-Host $_
    }

    Complete-Tests $isGood
}

# --- publish -----------------------------------------------------------------------------------------------------------------------

# Gives the newest framework whose native compiler restores for a RID. A probe project is restored to find out; the answer is kept for
# the SDK's version, until the package versions change.
function Find-Framework([string] $Rid) {
    $sdk = Get-Sdk
    $answer = Join-Path $Cache "framework-$sdk-$Rid"
    $versions = Get-Item (Join-Path $Root 'Directory.Build.props')
    if ((Test-Path $answer) -and (Get-Item $answer).LastWriteTimeUtc -gt $versions.LastWriteTimeUtc) {
        return (Get-Content -Raw $answer).Trim()
    }

    $probe = Join-Path $Cache "probe-$Rid"
    [void] (New-Item -ItemType Directory -Force $probe)
    $project = Join-Path $probe 'Probe.csproj'
    Set-Content -Path $project -Value @'
<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup>
    <OutputType>Exe</OutputType>
    <PublishAot>true</PublishAot>
  </PropertyGroup>
</Project>
'@

    $missing = @()
    foreach ($candidate in @('net10.0', 'net9.0')) {
        $output = Invoke-DotnetCaptured @('restore', $project, '-r', $Rid, "-p:TargetFrameworks=$candidate", '-v', 'quiet', '-tl:off')
        if ($LASTEXITCODE -eq 0) {
            Set-Content -Path $answer -Value $candidate
            return $candidate
        }

        $missing += $output | ForEach-Object { "  ${candidate}: " + ($_ -replace '^.*error ([A-Z]*[0-9]*: )', '$1' -replace ' No packages exist.*', '') }
    }

    Stop-Build ("the native compiler for $Rid does not restore:`n" + (($missing | Sort-Object -Unique) -join "`n"))
}

function Invoke-Publish([string[]] $Arguments) {
    $rid = Get-HostRid
    if ($Arguments.Count -gt 0) {
        if ($Arguments[0] -eq '--rid' -and $Arguments.Count -eq 2) {
            $rid = $Arguments[1]
        }
        elseif ($Arguments[0] -like '--rid=*' -and $Arguments.Count -eq 1) {
            $rid = $Arguments[0].Substring('--rid='.Length)
        }
        else {
            Stop-Build 'usage: ./build.ps1 publish [--rid win-x64|win-arm64]'
        }
    }

    if (@('win-x64', 'win-arm64') -notcontains $rid) {
        Stop-Build "$rid cannot be linked on Windows: a native binary is linked on its own system"
    }

    $framework = Find-Framework $rid
    Write-Step "publishing for $rid with $framework"
    $stage = Join-Path $Cache "stage-$rid"
    $symbols = Join-Path $stage 'symbols'
    if (Test-Path $stage) {
        Remove-Item -Recurse -Force $stage
    }
    [void] (New-Item -ItemType Directory -Force $symbols)

    # One after the other, because they share the projects that they are built from.
    foreach ($product in $Products) {
        $name = $product.Binary
        $out = Join-Path $Cache "out/$rid/$name"
        Invoke-Dotnet @(
            'publish', (Join-Path $Root $product.Project), '-c', 'Release', '-r', $rid, '-f', $framework,
            "-p:TargetFrameworks=$framework", "-p:AotFramework=$framework",
            '--artifacts-path', (Join-Path $Cache 'build'), '-o', $out, '-v', 'quiet', '-tl:off', '-warnaserror'
        )
        Copy-Item (Join-Path $out "$name.exe") $stage
        Copy-Item (Join-Path $out "$name.pdb") $symbols
    }

    $target = Join-Path $Artifacts $rid
    if (Test-Path $target) {
        Remove-Item -Recurse -Force $target
    }
    Move-Item $stage $target
}

function Invoke-Install([string[]] $Arguments) {
    $prefix = if ($Arguments.Count -gt 0) { $Arguments[0] } else { Join-Path $env:ProgramFiles 'session-manager-plugin' }
    $bin = Join-Path $prefix 'bin'
    Invoke-Publish @()
    try {
        [void] (New-Item -ItemType Directory -Force $bin)
        Copy-Item -Force (Join-Path $Artifacts "$(Get-HostRid)/$Plugin.exe") $bin
    }
    catch {
        Stop-Build "$bin is not writable: run as administrator, or name another place: ./build.ps1 install C:\tools"
    }

    Write-Step "installed $(Join-Path $bin "$Plugin.exe")"
}

# --- the rest ----------------------------------------------------------------------------------------------------------------------

function Invoke-Bench([string[]] $Arguments) {
    $name = 'SessionManagerPlugin.Benchmarks'
    [void] (Get-Sdk)
    Write-Step 'building the benchmarks'
    Invoke-Dotnet @('build', (Join-Path $Root "bench/$name"), '-c', 'Release', '-v', 'quiet', '-tl:off', '-warnaserror')
    if ($Arguments.Count -eq 0) {
        $Arguments = @('--filter', '*ClientMessageBenchmarks*', '--job', 'short')
    }
    elseif (-not $Arguments[0].StartsWith('-')) {
        $Arguments = @('--filter') + $Arguments
    }

    & dotnet (Join-Path $Root "bench/$name/bin/Release/net10.0/$name.dll") --artifacts (Join-Path $Artifacts 'benchmarks') @Arguments
    if ($LASTEXITCODE -ne 0) {
        exit 1
    }
}

function Invoke-Format([string[]] $Arguments) {
    [void] (Get-Sdk)
    if ($Arguments.Count -eq 0) {
        Write-Step 'formatting'
        Invoke-Dotnet @('format', $Solution)
    }
    elseif ($Arguments[0] -eq '--check') {
        Write-Step 'checking the format'
        Invoke-Dotnet @('format', $Solution, '--verify-no-changes')
    }
    else {
        Stop-Build "format does not know $($Arguments[0])"
    }
}

function Invoke-Clean {
    $built = @('bin', 'obj', 'TestResults', 'BenchmarkDotNet.Artifacts')
    foreach ($folder in @('src', 'tests', 'bench')) {
        Get-ChildItem -Directory -Recurse -Force (Join-Path $Root $folder) |
            Where-Object { $built -contains $_.Name } |
            ForEach-Object { if (Test-Path $_.FullName) { Remove-Item -Recurse -Force $_.FullName } }
    }

    if (Test-Path $Artifacts) {
        Remove-Item -Recurse -Force $Artifacts
    }
    Write-Step 'clean'
}

$verb = if ($args.Count -gt 0) { "$($args[0])" } else { 'help' }
$rest = @($args | Select-Object -Skip 1 | ForEach-Object { "$_" })

try {
    switch ($verb) {
        'setup' { Invoke-Setup }
        'build' { Invoke-Build }
        'test' { Invoke-Test $rest }
        'fuzz' { Invoke-Fuzz $rest }
        'run' { Stop-Build "run needs Linux or macOS: the emulator has no sessions on Windows. Against AWS, put artifacts\<RID> on the PATH and use the AWS CLI." }
        'publish' { Invoke-Publish $rest }
        'install' { Invoke-Install $rest }
        'bench' { Invoke-Bench $rest }
        'format' { Invoke-Format $rest }
        'clean' { Invoke-Clean }
        'help' { Show-Usage }
        default {
            [Console]::Error.WriteLine("build.ps1: unknown verb $verb")
            [Console]::Error.WriteLine((Show-Usage))
            exit 2
        }
    }
}
catch {
    [Console]::Error.WriteLine("$_")
    exit 1
}
