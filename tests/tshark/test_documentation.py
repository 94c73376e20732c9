"""README and man page say what the plugin says of itself: options, preferences, fields, version."""
import re
import subprocess
from itertools import dropwhile, takewhile
from typing import Dict, List, Set

from harness import GOLDEN, REPOSITORY, TsharkTest, capture, tshark

README = (REPOSITORY / "README.md").read_text(encoding="utf-8")
MAN = (REPOSITORY / "packaging/man/fanout.4.in").read_text(encoding="utf-8")


def readme_table(heading: str) -> List[List[str]]:
    """The rows of the first table below a heading."""
    below = README.split(f"# {heading}\n", 1)[1].split("\n#", 1)[0].splitlines()
    from_table = dropwhile(lambda line: not line.startswith("|"), below)
    rows = list(takewhile(lambda line: line.startswith("|"), from_table))
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows[2:]]


def man_terms(section: str) -> List[str]:
    """What each paragraph with a tag in a section of the man page is about, without its fonts."""
    text = MAN.split(f"\n.SH {section}\n", 1)[1].split("\n.SH ", 1)[0]
    terms = re.findall(r"^\.TP\n\.\w+ (.*)$", text, re.MULTILINE)
    return [re.sub(r'[" ]', "", term.replace("\\", "")) for term in terms]


def usage() -> str:
    """The options as the plugin names them when it refuses an unknown one."""
    done = tshark("-n", "-q", "-z", "fanouts", "-r", capture("demo"))
    found = re.search(r"did you mean (fanout\S*)\?", done.err)
    assert found, done.err
    return found.group(1)


def in_usage() -> Set[str]:
    return {word for part in usage().split("[,")[1:] for word in part.rstrip("]").split("|")}


class Tables(TsharkTest):
    def test_documents_have_those_of_the_sources(self) -> None:
        done = subprocess.run([REPOSITORY / "packaging/tables"], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout), (0, ""))


class Options(TsharkTest):
    def test_readme(self) -> None:
        cells = ",".join(row[0] for row in readme_table("In tshark"))
        words = {word.strip("`*") for word in re.split(r",\s*", cells)}
        self.assertEqual(words, in_usage())

    def test_man_page(self) -> None:
        terms = man_terms("OPTIONS")
        self.assertTrue(terms.pop(0).startswith("-zfanout"))
        words = {word for term in terms for word in term.split(",")}
        self.assertEqual(words, in_usage())


class Preferences(TsharkTest):
    def known(self) -> Dict[str, str]:
        """Each preference with its default."""
        text = self.ask("-G", "defaultprefs")
        return dict(re.findall(r"^#?(fanout\.\w+): (.*)$", text, re.MULTILINE))

    def test_readme(self) -> None:
        rows = readme_table("Preferences")
        named = {row[0].strip("`"): row[1] for row in rows if row[0].startswith("`fanout.")}
        self.assertEqual(named, self.known())

    def test_man_page(self) -> None:
        terms = man_terms("PREFERENCES")
        named = dict(re.fullmatch(r"(.*)\((.*)\)", term).groups() for term in terms)  # type: ignore
        self.assertEqual(named, self.known())


class Fields(TsharkTest):
    TYPES = {
        "FT_BOOLEAN": "true or absent",
        "FT_FRAMENUM": "frame number",
        "FT_STRING": "string",
        "FT_UINT64": "number",
    }

    def known(self, expert: bool) -> Dict[str, str]:
        """The types of the fields, or of the expert information, whose fields have no value."""
        rows = [line.split("\t") for line in self.ask("-G", "fields").splitlines()]
        return {
            row[2]: row[3]
            for row in rows
            if row[0] == "F" and row[4] == "fanout" and (row[3] == "FT_NONE") == expert
        }

    def test_readme(self) -> None:
        named = {row[0].strip("`"): row[1] for row in readme_table("Fields")}
        self.assertEqual(named, {field: self.TYPES[t] for field, t in self.known(False).items()})
        experts = {row[0].strip("`") for row in readme_table("Expert Information")}
        self.assertEqual(experts, set(self.known(True)))

    def test_man_page(self) -> None:
        self.assertEqual(set(man_terms("FIELDS")), set(self.known(False)))
        self.assertEqual(set(man_terms("EXPERT INFORMATION")), set(self.known(True)))


class Verdicts(TsharkTest):
    def test_man_page(self) -> None:
        """Man page and README name the same."""
        table = {row[0].strip("`") for row in readme_table("How a source is judged")}
        self.assertEqual(set(man_terms("VERDICTS")), table)


class Example(TsharkTest):
    def test_report_in_readme_is_the_golden_one(self) -> None:
        shown = README.split("$ tshark -q -z fanout,50 -r demo.pcap\n", 1)[1].split("```\n", 1)[0]
        self.assertEqual(shown, (GOLDEN / "demo.txt").read_text(encoding="utf-8"))


class Version(TsharkTest):
    def test_is_one(self) -> None:
        """The plugin, the build and the changelog have one version."""
        build = (REPOSITORY / "CMakeLists.txt").read_text(encoding="utf-8")
        changelog = (REPOSITORY / "packaging/debian/changelog").read_text(encoding="utf-8")
        loaded = re.search(r"^fanout\.(?:so|dll)\s+([0-9.]+)\s", self.ask("-G", "plugins"), re.MULTILINE)
        assert loaded
        self.assertIn(f"project(fanout VERSION {loaded.group(1)} ", build)
        self.assertTrue(changelog.startswith(f"fanout ({loaded.group(1)}-"))
