"""Pictures of the page, for those who want to look at it: a part of the suite with --pictures."""

import pages
from pages import PageTest


class PicturesTest(PageTest):
    """Looks are judged by people: this only takes the pictures."""

    def test_take_pictures(self) -> None:
        assert pages.PICTURES
        pages.PICTURES.mkdir(parents=True, exist_ok=True)
        for name, width, scheme in (
            ("light", 1200, "light"),
            ("dark", 1200, "dark"),
            ("phone", 390, "light"),
        ):
            self.browser.look(width, scheme)
            self.open(self.place.page("demo", "demo"))
            self.browser.screenshot(pages.PICTURES / f"{name}.png")
        self.browser.print(pages.PICTURES / "print.pdf")
        self.open(self.place.page("names", "hostile-names", "50", "-N", "nd"))
        self.browser.screenshot(pages.PICTURES / "names-phone.png")
