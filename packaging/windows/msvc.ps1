<#
.SYNOPSIS
Builds fanout for the official Wireshark for Windows, with its window, in Wireshark's own sources.

.DESCRIPTION
Never run: no Windows was available. What it asks of Wireshark was read in the sources of 4.4.18:
CUSTOM_PLUGIN_SRC_DIR, WIRESHARK_BASE_DIR and the libraries that tools/win-setup.ps1 fetches in
CMakeLists.txt, the version of Qt in the Developer's Guide.

Needs Visual Studio 2022 with C++, Git, CMake 3.22 or later, Python 3, vcpkg, flex (choco install
winflexbison3), and for the step "package" NSIS (choco install nsis) and the bash of Git.

The steps, which depend on those before:
  fetch     Wireshark's sources, the official Qt, and by vcpkg Boost, zstd, GoogleTest and pkgconf
  core      builds the core, and runs its unit tests
  build     Wireshark, the plugin and the library of the window
  try       the report of tshark.exe on a generated capture, against the one that Linux writes
  package   the zip, the installer and their manifests, in the folder "packages"
  all       all of them

.EXAMPLE
packaging\windows\msvc.ps1 all -Work C:\fanout

.PARAMETER Work
Where everything is put; without spaces, and short. Takes some 20 GB.

.PARAMETER Vcpkg
Where vcpkg is; hosted runners say it in VCPKG_INSTALLATION_ROOT.
#>
param(
  [Parameter(Mandatory, Position = 0)]
  [ValidateSet('fetch', 'core', 'build', 'try', 'package', 'all')]
  [string] $Step,
  [string] $Work = 'C:\fanout',
  [string] $Version = '4.4.18',
  # Not newer than that of the Wireshark that is to load the window.
  [string] $Qt = '6.5.3',
  [string] $Vcpkg = $env:VCPKG_INSTALLATION_ROOT
)
$ErrorActionPreference = 'Stop'
Set-StrictMode -Version Latest

$here = (Resolve-Path (Join-Path $PSScriptRoot '..\..')).Path
$sources = Join-Path $Work 'wireshark'
$build = Join-Path $Work 'build'
$core = Join-Path $Work 'core'
$qtFolder = Join-Path $Work "Qt\$Qt\msvc2019_64"
$installed = Join-Path $Work 'vcpkg\x64-windows'
$configuration = 'RelWithDebInfo'

# Runs a program with arguments, and ends where it fails. Without parameters of its own, which PowerShell
# would look for among the arguments; those with a dot or a comma are quoted, or it takes them apart.
function Invoke-Program {
  $program = $args[0]
  $arguments = @($args | Select-Object -Skip 1)
  & $program @arguments
  if ($LASTEXITCODE -ne 0) { throw "$program $arguments ended with $LASTEXITCODE" }
}

function Invoke-Fetch {
  if (-not $Vcpkg) { throw 'Say where vcpkg is: -Vcpkg FOLDER' }
  New-Item -ItemType Directory -Force $Work | Out-Null
  if (-not (Test-Path $sources)) {
    Invoke-Program git clone --depth 1 --branch "v$Version" https://gitlab.com/wireshark/wireshark.git $sources
  }
  $plugin = Join-Path $sources 'plugins\epan\fanout'
  if (-not (Test-Path $plugin)) { New-Item -ItemType Junction -Path $plugin -Target $here | Out-Null }
  if (-not (Test-Path $qtFolder)) {
    Invoke-Program python -m pip install --user aqtinstall
    Invoke-Program python -m aqt install-qt --outputdir (Join-Path $Work 'Qt') windows desktop $Qt `
      win64_msvc2019_64 --modules qt5compat qtmultimedia
  }
  Invoke-Program (Join-Path $Vcpkg 'vcpkg.exe') install --classic --triplet x64-windows `
    "--x-install-root=$(Join-Path $Work 'vcpkg')" boost-unordered zstd gtest pkgconf
}

function Invoke-Core {
  $env:PKG_CONFIG_PATH = Join-Path $installed 'lib\pkgconfig'
  $env:PATH = "$(Join-Path $installed 'bin');$env:PATH"
  Invoke-Program cmake -S $here -B $core -G 'Visual Studio 17 2022' -A x64 `
    '-DFANOUT_CORE_ONLY=ON' "-DCMAKE_PREFIX_PATH=$installed" `
    "-DPKG_CONFIG_EXECUTABLE=$(Join-Path $installed 'tools\pkgconf\pkgconf.exe')"
  Invoke-Program cmake --build $core --config Release --parallel --target core_tests
  Invoke-Program ctest --test-dir $core -C Release --output-on-failure --parallel 2
}

function Invoke-Build {
  # Where CMake, by tools/win-setup.ps1, puts the libraries that Wireshark needs.
  $env:WIRESHARK_BASE_DIR = $Work
  # Without QtSvg, which Wireshark itself does not link: charts are saved as PNG only.
  Invoke-Program cmake -S $sources -B $build -G 'Visual Studio 17 2022' -A x64 `
    '-DCUSTOM_PLUGIN_SRC_DIR=plugins/epan/fanout' '-DFANOUT_GUI=ON' `
    '-DCMAKE_DISABLE_FIND_PACKAGE_Qt6Svg=ON' "-DCMAKE_PREFIX_PATH=$qtFolder" `
    '-DBoost_NO_BOOST_CMAKE=ON' "-DBoost_INCLUDE_DIR=$(Join-Path $installed 'include')"
  Invoke-Program cmake --build $build --config $configuration --parallel --target `
    wireshark tshark fanout fanout-gui-qt6
}

# The plugins' folder of the build, and what is in it.
function Get-Built {
  param([string] $Name)
  $found = @(Get-ChildItem -Recurse -Filter $Name (Join-Path $build "run\$configuration\plugins"))
  if ($found.Count -ne 1) { throw "There are $($found.Count) files $Name below $build\run\$configuration\plugins" }
  return $found[0].FullName
}

function Invoke-Try {
  Get-Built 'fanout.dll'
  Get-Built 'fanout-gui-qt6.dll'
  Invoke-Program python (Join-Path $here 'tests\captures\generate.py') $Work demo
  $report = Join-Path $Work 'demo.txt'
  Invoke-Program (Join-Path $build "run\$configuration\tshark.exe") -n -q -z "fanout,50,file=$report" `
    -r (Join-Path $Work 'demo.pcap')
  $expected = Get-Content -Encoding utf8 (Join-Path $here 'tests\tshark\golden\demo.txt')
  $difference = Compare-Object $expected (Get-Content -Encoding utf8 $report) -SyncWindow 0
  if ($difference) {
    $difference | Format-Table -AutoSize | Out-String -Width 200 | Write-Output
    throw 'The report differs from the one that Linux writes.'
  }
}

function Invoke-Package {
  $line = ($Version -split '\.')[0..1] -join '.'
  # Of Git: that of Windows in System32 starts another system.
  $bash = Join-Path (Split-Path -Parent (Split-Path -Parent (Get-Command git).Source)) 'bin\bash.exe'
  $env:PATH = "${env:ProgramFiles(x86)}\NSIS;$env:PATH"
  $env:PYTHON = 'python'
  Invoke-Program $bash ((Join-Path $here 'packaging\windows\package') -replace '\\', '/') `
    --window ((Get-Built 'fanout-gui-qt6.dll') -replace '\\', '/') `
    ((Get-Built 'fanout.dll') -replace '\\', '/') $line ((Join-Path $Work 'packages') -replace '\\', '/')
}

$steps = [ordered]@{
  fetch   = ${function:Invoke-Fetch}
  core    = ${function:Invoke-Core}
  build   = ${function:Invoke-Build}
  try     = ${function:Invoke-Try}
  package = ${function:Invoke-Package}
}
foreach ($name in $steps.Keys) {
  if ($Step -in $name, 'all') {
    Write-Output "=== $name"
    & $steps[$name]
  }
}
