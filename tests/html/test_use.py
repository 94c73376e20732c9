"""What a reader does with the page: sort, search, unfold, follow links, print."""
from typing import List, Optional

from pages import PageTest
from scripts import ROWS, SHOWN


class UseTest(PageTest):
    """Sorting, searching, unfolding; with a mouse, a keyboard and nothing but HTML."""

    def setUp(self) -> None:
        super().setUp()
        self.path = self.place.page("demo", "demo")
        self.open(self.path)

    def keys(self, column: int) -> List[str]:
        return [row["keys"][column] for row in self.browser.run(ROWS)]

    def head(self, column: int) -> str:
        return f"#sources > thead th:nth-child({column + 1})"

    def sorted_as(self, column: int) -> Optional[str]:
        return self.browser.run(
            "return document.querySelector(arguments[0]).getAttribute('aria-sort')",
            self.head(column),
        )

    def test_sorting(self) -> None:
        for column in range(8):
            with self.subTest(column=column):
                is_number = column >= 2
                order = []
                for _ in range(2):
                    self.browser.click(self.head(column) + " button")
                    keys = self.keys(column)
                    wanted = sorted(keys, key=float) if is_number else sorted(keys)
                    direction = self.sorted_as(column)
                    order.append(direction)
                    if direction == "descending":
                        wanted.reverse()
                    self.assertEqual(keys, wanted)
                self.assertEqual(sorted(order), ["ascending", "descending"])
        count = self.browser.run("return document.querySelectorAll('[aria-sort]').length")
        self.assertEqual(count, 1)
        self.check_quiet(self.path)

    def test_sorting_by_keyboard(self) -> None:
        self.browser.type(self.head(3) + " button", "\ue007")
        self.assertEqual(self.sorted_as(3), "descending")
        keys = [int(key) for key in self.keys(3)]
        self.assertEqual(keys, sorted(keys, reverse=True))

    def test_search(self) -> None:
        self.browser.type("#search", "ARP-scan")
        self.assertEqual(self.browser.run(SHOWN), 1)
        found = self.browser.run("return document.getElementById('found').textContent")
        self.assertEqual(found, "1 of 6 sources")
        self.browser.run(
            "const box = document.getElementById('search'); box.value = '';"
            "box.dispatchEvent(new Event('input'))"
        )
        self.assertEqual(self.browser.run(SHOWN), 6)

    def test_expanding_a_source(self) -> None:
        opened = "return document.querySelectorAll('details[open]').length"
        self.browser.click("#sources summary")
        self.assertEqual(self.browser.run(opened), 1)
        self.browser.click("#unfold")
        self.assertEqual(self.browser.run(opened), 6)
        self.browser.click("#unfold")
        self.assertEqual(self.browser.run(opened), 0)

    def test_link_to_source(self) -> None:
        self.browser.type("#search", "peer-to-peer")
        self.browser.click(".suspects li:nth-child(2) a")
        self.assertTrue(
            self.browser.wait(
                "setTimeout(() => arguments[0](document.querySelector("
                "'#sources > tbody:target details').open), 100)"
            )
        )
        self.assertEqual(self.browser.run(SHOWN), 6)
        self.check_quiet(self.path)

    def test_without_script(self) -> None:
        self.browser.command("Emulation.setScriptExecutionDisabled", value=True)
        try:
            self.open(self.path)
            root = self.browser.command("DOM.getDocument")["root"]["nodeId"]
            found = self.browser.command("DOM.getOuterHTML", nodeId=root)["outerHTML"]
        finally:
            self.browser.command("Emulation.setScriptExecutionDisabled", value=False)
        self.assertEqual(found.count('<tbody id="source-'), 6)
        self.assertEqual(found.count('role="img"'), 3 + 1 + 3, "with a timeline and scatters")
        self.assertIn('id="controls" hidden', found)
        self.assertIn('<th scope="col">Source</th>', found)

    def test_no_horizontal_scrolling(self) -> None:
        for width in (320, 390, 768, 1200):
            with self.subTest(width=width):
                self.browser.look(width)
                wide = self.browser.run("return document.documentElement.scrollWidth")
                self.assertLessEqual(wide, width)

    def test_semantics(self) -> None:
        missing = self.browser.run(
            "return [...document.querySelectorAll('svg[role=img]')].filter((svg) =>"
            "  !svg.getAttribute('aria-labelledby').split(' ').every((id) =>"
            "    document.getElementById(id).textContent)).length"
        )
        self.assertEqual(missing, 0)
        bare = self.browser.run("return document.querySelectorAll('th:not([scope])').length")
        self.assertEqual(bare, 0)
        self.assertEqual(self.browser.run("return document.querySelectorAll('h1').length"), 1)
