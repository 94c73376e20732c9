"""The charts of contacts: what they show is what the report counted."""
import re
from typing import Any, Dict, List

from pages import PageTest, label_of, parse_number

FIGURES = """
return [...document.querySelectorAll('figure')].filter((figure) =>
  figure.querySelector('svg[id^=scatter]')).map((figure) => {
    const plot = figure.querySelector('svg[viewBox]').getBoundingClientRect();
    return {
      title: figure.querySelector('strong').textContent,
      note: figure.querySelector('figcaption > span').textContent,
      legend: [...figure.querySelectorAll('.legend li')].map((item) => item.textContent.trim()),
      tips: [...figure.querySelectorAll('.dot title')].map((tip) => tip.textContent),
      labels: [...figure.querySelectorAll('.of-row')].map((label) => label.textContent),
      outside: [...figure.querySelectorAll('svg[viewBox] .dot')].filter((dot) => {
        const box = dot.getBoundingClientRect();
        return box.left < plot.left - 8 || box.right > plot.right + 8 ||
               box.top < plot.top - 8 || box.bottom > plot.bottom + 8;
      }).length,
    };
  });
"""

BARS = """
const chart = document.getElementById('timeline');
return [...chart.querySelectorAll('g')].map((bar) => {
  const parts = [...bar.querySelectorAll('rect')].map((part) => part.getBoundingClientRect());
  return {
    tip: bar.querySelector('title').textContent,
    left: Math.min(...parts.map((part) => part.left)),
    right: Math.max(...parts.map((part) => part.right)),
  };
});
"""


class ContactsTest(PageTest):
    """The scatters and the timeline of the suspects."""

    def setUp(self) -> None:
        super().setUp()
        self.path = self.place.page("demo", "demo")
        self.open(self.path)
        report = self.place.numbers("demo")
        self.suspects: List[Dict[str, Any]] = [row for row in report["sources"] if row["suspect"]]

    def test_each_suspect_has_its_contacts(self) -> None:
        figures = self.browser.run(FIGURES)
        self.assertEqual(
            [figure["title"] for figure in figures],
            ["Contacts of " + label_of(row) for row in self.suspects],
        )
        for figure, row in zip(figures, self.suspects):
            with self.subTest(source=row["source"]):
                shown = parse_number(figure["note"].split()[0])
                counted = max(row["unique_destinations"], row["services_on_one_host"])
                self.assertEqual(shown, counted)
                responses = [item.rsplit(" ", 1) for item in figure["legend"]]
                self.assertEqual(
                    [name for name, _ in responses], ["answered", "refused", "silent"]
                )
                self.assertEqual(sum(parse_number(count) for _, count in responses), shown)
                self.assertEqual(figure["outside"], 0)
        self.check_quiet(self.path)

    def test_the_axis_names_blocks_or_ports(self) -> None:
        sweep, _, ports = self.browser.run(FIGURES)
        self.assertTrue(all(re.fullmatch(r"10\.0\.0\.\d+/27", text) for text in sweep["labels"]))
        self.assertIn("443/tcp https", ports["labels"])
        self.assertIn("ports upwards", ports["note"])

    def test_few_dots_say_what_they_are(self) -> None:
        sweep, _, ports = self.browser.run(FIGURES)
        self.assertIn("frame 912: 10.0.0.20, 22/tcp, answered", sweep["tips"])
        tip = re.compile(r"frame [\d,]+: 10\.0\.0\.20, \d+/tcp, (refused|answered)(; \d+ more here)?")
        self.assertTrue(all(tip.fullmatch(text) for text in ports["tips"]), ports["tips"])
        self.assertGreater(len(ports["tips"]), 190)

    def test_each_suspect_has_a_bar_from_its_first_contact_to_its_last(self) -> None:
        bars = self.browser.run(BARS)
        self.assertEqual(len(bars), len(self.suspects))
        order = sorted(range(len(bars)), key=lambda i: self.suspects[i]["first_time"])
        for i, (bar, row) in enumerate(zip(bars, self.suspects)):
            self.assertTrue(bar["tip"].startswith(label_of(row) + ": "), bar["tip"])
            self.assertLess(bar["left"], bar["right"], i)
        for before, after in zip(order, order[1:]):
            self.assertLess(bars[before]["right"], bars[after]["left"])
