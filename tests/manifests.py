#!/usr/bin/python3
"""Checks the manifests of winget and the folder for Chocolatey that packaging/windows/package made.

    manifests.py FOLDER

What winget's schema (1.12.0, github.com/microsoft/winget-cli, schemas/JSON/manifests) and NuGet's
nuspec.xsd demand of the fields in use is repeated here: another field, or another value, fails.
Needs PyYAML (Debian: python3-yaml).
"""
import hashlib
import re
import sys
import unittest
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any, Dict, Mapping, Union

import results
import yaml  # type: ignore

Rule = Union[str, Dict[str, Any]]

IDENTIFIER = r"[^.\s\\/:*?\"<>|\x01-\x1f]{1,32}(\.[^.\s\\/:*?\"<>|\x01-\x1f]{1,32}){1,7}"
VERSION = r"[^\\/:*?\"<>|\x01-\x1f]{1,128}"
URL = r"[Hh][Tt][Tt][Pp][Ss]?://.{1,2040}"
COMMON: Dict[str, Rule] = {
    "PackageIdentifier": IDENTIFIER,
    "PackageVersion": VERSION,
    "ManifestVersion": r"1\.12\.0",
}
WINGET: Dict[str, Dict[str, Rule]] = {
    "version": {**COMMON, "DefaultLocale": r"en-US", "ManifestType": r"version"},
    "installer": {
        **COMMON,
        "ManifestType": r"installer",
        "Platform": {"*": r"Windows\.(Desktop|Universal)"},
        "MinimumOSVersion": r"\d{1,5}(\.\d{1,5}){0,3}",
        "InstallerType": r"msi|exe|zip|inno|nullsoft|wix|burn",
        "Scope": r"user|machine",
        "InstallModes": {"*": r"interactive|silent|silentWithProgress"},
        "UpgradeBehavior": r"install|uninstallPrevious|deny",
        "ElevationRequirement": r"elevationRequired|elevationProhibited|elevatesSelf",
        "ProductCode": r".{1,255}",
        "ExpectedReturnCodes": {
            "*": {"InstallerReturnCode": r"[1-9]\d*", "ReturnResponse": r"missingDependency|custom"}
        },
        "Dependencies": {
            "PackageDependencies": {
                "*": {"PackageIdentifier": IDENTIFIER, "MinimumVersion": VERSION}
            }
        },
        "Installers": {
            "*": {
                "Architecture": r"x86|x64|arm|arm64|neutral",
                "InstallerUrl": URL,
                "InstallerSha256": r"[A-Fa-f0-9]{64}",
            }
        },
    },
    "defaultLocale": {
        **COMMON,
        "ManifestType": r"defaultLocale",
        "PackageLocale": r"en-US",
        "Publisher": r".{2,256}",
        "PackageName": r".{2,256}",
        "PackageUrl": URL,
        "License": r"GPL-2\.0-or-later",
        "LicenseUrl": URL,
        "Copyright": r".{3,512}",
        "ShortDescription": r".{3,256}",
        "Description": r"(?s).{3,10000}",
        "Tags": {"*": r"\S{1,40}"},
    },
}
"""What the fields have to match, of each type of manifest; "*": the elements of a list."""

NUSPEC = (
    "id version title authors owners projectUrl licenseUrl requireLicenseAcceptance copyright tags"
    " summary description dependencies"
).split()
"""The elements of a nuspec's metadata in use, each once."""

FOLDER = Path()


def mismatches(value: Any, rule: Rule, where: str) -> Dict[str, Any]:
    """What does not match, by its place."""
    if isinstance(rule, str):
        is_text = isinstance(value, (str, int)) and not isinstance(value, bool)
        return {} if is_text and re.fullmatch(rule, str(value)) else {where: value}
    found: Dict[str, Any] = {}
    if "*" in rule:
        if not isinstance(value, list) or not value:
            return {where: value}
        for number, element in enumerate(value):
            found.update(mismatches(element, rule["*"], f"{where}[{number}]"))
        return found
    if not isinstance(value, dict) or value.keys() != rule.keys():
        return {where: sorted(value.keys() ^ rule.keys()) if isinstance(value, dict) else value}
    for key, inner in rule.items():
        found.update(mismatches(value[key], inner, f"{where}.{key}"))
    return found


class Made(unittest.TestCase):
    """What was made in FOLDER."""

    def setUp(self) -> None:
        (self.installer,) = FOLDER.glob("*.exe")
        self.hash = hashlib.sha256(self.installer.read_bytes()).hexdigest().upper()
        named = re.fullmatch(r"fanout-([\d.]+)-wireshark-(\d+\.\d+)-.*", self.installer.stem)
        assert named
        self.version, self.line = named.groups()

    def manifests(self) -> Mapping[str, Dict[str, Any]]:
        """Winget's, by their types."""
        read = [yaml.safe_load(path.read_text()) for path in FOLDER.glob("winget/*")]
        return {manifest["ManifestType"]: manifest for manifest in read}


class Winget(Made):
    def test_fields_are_as_the_schema_has_them(self) -> None:
        manifests = self.manifests()
        self.assertEqual(manifests.keys(), WINGET.keys())
        for kind, manifest in manifests.items():
            self.assertEqual(mismatches(manifest, WINGET[kind], kind), {})

    def test_versions_are_those_of_the_installer(self) -> None:
        for kind, manifest in self.manifests().items():
            with self.subTest(kind):
                self.assertEqual(manifest["PackageVersion"], self.version)
                self.assertEqual(
                    manifest["PackageIdentifier"], f"Fanout.WiresharkPlugin.{self.line}"
                )

    def test_files_are_named_as_the_repository_of_winget_wants(self) -> None:
        package = f"Fanout.WiresharkPlugin.{self.line}"
        self.assertEqual(
            sorted(path.name for path in FOLDER.glob("winget/*")),
            sorted(f"{package}{kind}.yaml" for kind in ("", ".installer", ".locale.en-US")),
        )

    def test_the_installer_is_the_one_that_was_made(self) -> None:
        (installer,) = self.manifests()["installer"]["Installers"]
        self.assertEqual(installer["InstallerSha256"], self.hash)
        self.assertTrue(installer["InstallerUrl"].endswith(f"/{self.installer.name}"))

    def test_is_found_in_the_list_of_programs(self) -> None:
        manifests = self.manifests()
        entry = f"fanout for Wireshark {self.line}"
        self.assertEqual(manifests["installer"]["ProductCode"], entry)
        self.assertEqual(manifests["defaultLocale"]["PackageName"], entry)


class Chocolatey(Made):
    def setUp(self) -> None:
        super().setUp()
        (self.nuspec,) = FOLDER.glob("chocolatey/*.nuspec")
        self.tools = FOLDER / "chocolatey" / "tools"
        root = ElementTree.parse(self.nuspec).getroot()
        self.namespace = root.tag[: root.tag.index("}") + 1]
        metadata = root.find(f"{self.namespace}metadata")
        assert metadata is not None
        self.metadata = metadata

    def text(self, name: str) -> str:
        return self.metadata.findtext(self.namespace + name) or ""

    def test_elements_are_those_of_the_schema(self) -> None:
        names = [element.tag.replace(self.namespace, "") for element in self.metadata]
        self.assertEqual(sorted(names), sorted(NUSPEC))
        for name in set(NUSPEC) - {"dependencies"}:
            self.assertNotEqual(self.text(name).strip(), "", name)

    def test_identity_is_valid_and_that_of_the_file(self) -> None:
        self.assertRegex(self.text("id"), r"^\w+([.-]\w+)*$")
        self.assertEqual(self.text("id"), self.nuspec.stem)
        self.assertEqual(self.text("version"), self.version)

    def test_depends_on_the_line_of_wireshark(self) -> None:
        (dependency,) = self.metadata.iter(f"{self.namespace}dependency")
        major, minor = self.line.split(".")
        self.assertEqual(
            dependency.attrib,
            {"id": "wireshark", "version": f"[{self.line}.0,{major}.{int(minor) + 1}.0)"},
        )

    def test_holds_the_installer_how_to_verify_it_and_the_license(self) -> None:
        self.assertEqual(
            (self.tools / self.installer.name).read_bytes(), self.installer.read_bytes()
        )
        self.assertTrue((self.tools / f"{self.installer.name}.ignore").exists())
        verification = (self.tools / "VERIFICATION.txt").read_text()
        self.assertIn(f"sha256 {self.hash}\n", verification)
        self.assertIn(f"/{self.installer.name}\n", verification)
        self.assertIn("GNU GENERAL PUBLIC LICENSE", (self.tools / "LICENSE.txt").read_text())

    def test_starts_that_installer(self) -> None:
        script = (self.tools / "chocolateyinstall.ps1").read_text()
        (started,) = re.findall(r"Join-Path \$tools '([^']*)'", script)
        self.assertEqual(started, self.installer.name)
        self.assertIn("Install-ChocolateyInstallPackage @arguments", script)


class Everything(Made):
    def test_nothing_is_left_to_fill_in(self) -> None:
        for path in [*FOLDER.glob("winget/*"), *FOLDER.glob("chocolatey/**/*")]:
            if path.is_file() and path.suffix != ".exe":
                self.assertNotRegex(path.read_text(), r"@[A-Z0-9]+@", str(path))


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    FOLDER = Path(sys.argv[1])
    outcome = unittest.TextTestRunner(resultclass=results.Result).run(
        unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"])
    )
    assert isinstance(outcome, results.Result)
    sys.exit(results.close(outcome))
