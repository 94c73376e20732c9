"""Large, empty and odd captures."""
import math
import re
from pathlib import Path
from typing import List

from pages import PageTest
from scripts import SHOWN

MEGABYTE = 1_000_000
LARGEST_PAGE = 5 * MEGABYTE
MOST_WORK = 3
"""Loading or sorting the page costs at most so many times what its plain text does."""


class ExtremesTest(PageTest):
    """Much, little, and strange."""

    def work_of_loading(self, page: Path) -> float:
        """Seconds of processor time until the page is loaded and painted: the least of three times."""
        least = math.inf
        for _ in range(3):
            self.open(page)
            self.browser.wait(
                "const done = arguments[0]; new PerformanceObserver((list) => {"
                "  if (list.getEntriesByName('first-contentful-paint').length) done();"
                "}).observe({type: 'paint', buffered: true})"
            )
            least = min(least, self.browser.processor_time())
        return least

    def plain(self, page: Path) -> Path:
        """The page without its script and style: what its text alone costs on this machine."""
        plain = page.with_name(f"plain-{page.name}")
        text = page.read_text(encoding="utf-8")
        plain.write_text(re.sub(r"(?s)<(script|style)\b.*?</\1>", "", text), encoding="utf-8")
        return plain

    def test_100_000_sources(self) -> None:
        page = self.place.page("large", "large", "5,all")
        size = page.stat().st_size
        self.assertLess(size, LARGEST_PAGE)
        plain, loading = self.work_of_loading(self.plain(page)), self.work_of_loading(page)
        print(f"\n{size / MEGABYTE:.2f} MB: {loading:.2f} s of work, {plain:.2f} s as plain text")
        self.assertLess(loading, MOST_WORK * plain)
        self.assertEqual(self.browser.run(SHOWN), 1000)
        text = self.browser.run("return document.querySelector('main').textContent")
        self.assertIn("99,000 sources are left out", text)
        before = self.browser.processor_time()
        self.browser.run(
            "document.querySelector('#sources > thead button').click();"
            "return document.body.offsetHeight"
        )
        sorting = self.browser.processor_time() - before
        self.assertLess(sorting, MOST_WORK * plain)
        self.check_quiet(page)

    def test_long_names(self) -> None:
        """The longest names that grow most when they are escaped still leave a small page."""
        hosts = self.place.folder / "hosts"
        networks = [f"10.0.0.{n}" for n in range(256)]
        networks += [f"11.0.{n >> 8}.{n & 255}" for n in range(2000)]
        hosts.write_text("".join(f"{address} {chr(34) * 60}\n" for address in networks))
        hosts.chmod(0o644)
        page = self.place.page("long", "large", "5", "-N", "n", "-H", str(hosts))
        self.assertIn("&quot;" * 39 + "…", page.read_text(encoding="utf-8"))
        self.assertLess(page.stat().st_size, LARGEST_PAGE)

    def test_limit(self) -> None:
        page = self.place.page("limit", "demo", "50", "-o", "fanout.limit:1000")
        limit = self.place.numbers("demo", "50", "-o", "fanout.limit:1000")["limit"]
        self.open(page)
        notice = self.browser.run("return document.querySelector('.limit').textContent")
        self.assertIn(f"was hit in frame {limit['hit_in_frame']:,}", notice)
        totals = self.browser.run("return document.querySelector('.totals').textContent")
        self.assertIn("~", totals)
        self.check_quiet(page)

    def test_top(self) -> None:
        page = self.place.page("top", "demo", "50,top=2")
        self.open(page)
        self.assertEqual(self.browser.run(SHOWN), 2)
        text = self.browser.run("return document.querySelector('main').textContent")
        self.assertIn("4 more sources were cut off by top=2", text)
        self.assertIn("1 more suspect is left out here", text)

    def test_unlisted_sources_are_coloured_too(self) -> None:
        def tones(page: Path) -> List[str]:
            active = page.read_text(encoding="utf-8").split('<svg id="active"')[1].split("</svg>")[0]
            return re.findall(r'<rect class="([^"]*)"', active)

        all_listed = tones(self.place.page("demo", "demo"))
        self.assertGreater(len(set(all_listed)), 1)
        self.assertEqual(tones(self.place.page("top", "demo", "50,top=1")), all_listed)

    def test_other_captures(self) -> None:
        for capture, options in (
            ("file-empty", "50"),
            ("ipv6-syn-sweep", "50"),
            ("time-extremes", "1,all"),
            ("demo", "1000000"),
            ("demo", "0,all"),
            ("demo", "50,window=10"),
        ):
            with self.subTest(capture=capture, options=options):
                page = self.place.page(re.sub(r"\W", "-", capture + options), capture, options)
                self.open(page)
                self.assertTrue(self.browser.run("return document.querySelector('h1').textContent"))
                odd = re.findall(r"NaN|\binf\b|-?nan", page.read_text(encoding="utf-8"))
                self.assertEqual(odd, [])
                self.check_quiet(page)
