"""The page shows the numbers of the JSON report."""
import re
from typing import List

from pages import PageTest, label_of, parse_number
from scripts import BARS, LINES, ROWS


class NumbersTest(PageTest):
    """The page says what the JSON report says."""

    def setUp(self) -> None:
        super().setUp()
        self.path = self.place.page("demo", "demo")
        self.open(self.path)
        self.json = self.place.numbers("demo", "50,pairs")

    def test_is_quiet(self) -> None:
        self.check_quiet(self.path)

    def test_totals(self) -> None:
        texts = self.browser.run(
            "return [...document.querySelectorAll('.totals dd')].map((d) => d.textContent)"
        )
        suspects = self.json["suspects_total"]
        wanted = [suspects, len(self.json["sources"]) - suspects, self.json["sources_total"]]
        wanted += [self.json["pairs_total"], self.json["frames"]]
        self.assertEqual([parse_number(text) for text in texts], wanted)

    def test_table(self) -> None:
        rows = self.browser.run(ROWS)
        self.assertEqual(
            [row["address"] for row in rows], [label_of(r) for r in self.json["sources"]]
        )
        for row, source in zip(rows, self.json["sources"]):
            with self.subTest(source=source["source"]):
                self.assertEqual(row["chips"], source["verdicts"])
                self.assertEqual(row["reason"], source["reason"])
                names = ("unique_destinations", "packets", "bytes", "first_frame", "first_time")
                keys = [float(key) for key in row["keys"][2:7]]
                self.assertEqual(keys, [float(source[name]) for name in names])
                self.assertEqual(float(row["keys"][7]), source["duration"])
                self.assertEqual(row["destinations"], min(100, len(source["destinations"])))

    def test_suspects_on_top(self) -> None:
        texts = self.browser.run(
            "return [...document.querySelectorAll('.suspects li')].map((item) => item.innerText)"
        )
        suspects = [source for source in self.json["sources"] if source["suspect"]]
        self.assertEqual(len(texts), len(suspects))
        for text, source in zip(texts, suspects):
            for part in [source["source"], source["reason"], *source["verdicts"]]:
                self.assertIn(part, text)

    def test_findings_of_the_suspects(self) -> None:
        tables = self.browser.run(
            "return [...document.querySelectorAll('.suspects li')].map((item) =>"
            " [...item.querySelectorAll('.findings tbody tr')].map((row) =>"
            " [...row.cells].map((cell) => cell.textContent)))"
        )
        suspects = [source for source in self.json["sources"] if source["suspect"]]
        self.assertTrue(any(source["findings"] for source in suspects))
        for table, source in zip(tables, suspects):
            self.assertEqual(len(table), min(20, len(source["findings"])))
            for cells, finding in zip(table, source["findings"]):
                self.assertEqual(cells[0], finding["state"])
                self.assertTrue(cells[1].startswith(finding["destination"]), cells)
                if finding["port"] is not None:
                    self.assertIn(f"{finding['port']}/{finding['transport']}", cells[2])
                self.assertTrue(cells[3].startswith(str(finding["first_frame"])), cells)

    def check_lengths(self, values: List[int], bars: List[float]) -> None:
        """The bars are as long as their values, but for those that are too short to be seen."""
        values = [value for value in values if value > 0]
        self.assertEqual(len(values), len(bars))
        for value, width in zip(values, bars):
            wanted = max(bars) * value / max(values)
            self.assertAlmostEqual(width, wanted, delta=max(bars) * 0.01)

    def test_most_active(self) -> None:
        labels, values, bars = self.browser.run(BARS, "active")
        rows = self.json["most_active"]
        self.assertEqual(labels, [label_of(row) for row in rows])
        numbers = [parse_number(value) for value in values]
        self.assertEqual(numbers, [row["packets"] for row in rows])
        self.check_lengths(numbers, bars)

    def test_distribution(self) -> None:
        labels, values, bars = self.browser.run(BARS, "distribution")
        bins = self.json["distribution"]
        ranges = [[parse_number(end) for end in label.split("–")] for label in labels]
        self.assertEqual([(r[0], r[-1]) for r in ranges], [(b["from"], b["to"]) for b in bins])
        numbers = [parse_number(value) for value in values]
        self.assertEqual(numbers, [b["sources"] for b in bins])
        self.check_lengths(numbers, bars)

    def test_time(self) -> None:
        lines = self.browser.run(LINES)
        suspects = [source for source in self.json["sources"] if source["suspect"]]
        self.assertEqual(len(lines), len(suspects))
        highest = lines[0]["height"] / suspects[0]["unique_destinations"]
        first, last = self.json["first_time"], self.json["last_time"]
        for line, source in zip(lines, suspects):
            count = source["unique_destinations"]
            self.assertAlmostEqual(line["height"], count * highest, delta=0.5)
            times = [row["first_time"] for row in source["destinations"]]
            start = float(line["path"][1:].split(" ")[0])
            self.assertAlmostEqual(start, 1000 * (min(times) - first) / (last - first), delta=0.1)
            self.assertLessEqual(line["path"].count("V"), 301)
            places = [float(x) for x in re.findall(r"H([\d.]+)V", line["path"])]
            end = 1000 * (max(times) - first) / (last - first)
            self.assertAlmostEqual(places[-1], end, delta=0.1)
        texts = self.browser.run(
            "return [...document.querySelectorAll('ol.legend .count')].map((c) => c.textContent)"
        )
        self.assertEqual(
            [parse_number(text) for text in texts], [row["unique_destinations"] for row in suspects]
        )
        rule = self.browser.run(
            "const svg = document.querySelector('#time');"
            "const zero = svg.querySelector('line.grid').y1.baseVal.value;"
            "return (zero - svg.querySelector('line.threshold').y1.baseVal.value) / 250 * 1000"
        )
        self.assertAlmostEqual(rule, self.json["threshold"] * highest, delta=5)
