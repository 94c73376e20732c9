"""Hostile names and filters stay text."""
import re

from pages import PageTest

UNSEEN = "[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]"
MARKUP = "<img src=x onerror=alert(1)>"


class SafetyTest(PageTest):
    """Nothing in a capture, and nothing that gets into the page, is obeyed."""

    def test_policy_blocks(self) -> None:
        self.open(self.place.page("demo", "demo"))
        blocked = self.browser.wait(
            """
            const done = arguments[0];
            const seen = [];
            document.addEventListener('securitypolicyviolation',
                                      (event) => seen.push(event.effectiveDirective));
            const script = document.createElement('script');
            script.textContent = 'window.obeyed = true';
            document.body.append(script);
            const image = document.createElement('img');
            image.src = 'https://example.invalid/x.png';
            document.body.append(image);
            const styled = document.createElement('p');
            styled.setAttribute('style', 'color: red');
            document.body.append(styled);
            const style = document.createElement('style');
            style.textContent = 'p { color: red }';
            document.body.append(style);
            const frame = document.createElement('iframe');
            frame.src = 'https://example.invalid/';
            document.body.append(frame);
            setTimeout(() => done([seen.sort(), window.obeyed === true]), 300);
            """
        )
        directives = ["frame-src", "img-src", "script-src-elem", "style-src-attr", "style-src-elem"]
        self.assertEqual(blocked, [directives, False])

    def test_hostile_names(self) -> None:
        page = self.place.page("names", "hostile-names", "50", "-N", "nd")
        self.open(page)
        text = self.browser.run("return document.body.textContent")
        self.assertIn(MARKUP, text)
        self.assertIn("&amp;{{7*7}}${x}`id`", text)
        self.assertIn("right\ufffdotfel", text)
        self.assertIsNone(re.search(UNSEEN, text))
        strangers = self.browser.run(
            "return document.querySelectorAll('img, iframe, object, embed, base, form, link')"
            ".length"
        )
        self.assertEqual(strangers, 0)
        self.assertEqual(self.browser.run("return document.scripts.length"), 1)
        handlers = self.browser.run(
            "return [...document.querySelectorAll('*')].flatMap((e) => e.getAttributeNames())"
            ".filter((name) => name.startsWith('on') || name === 'style')"
        )
        self.assertEqual(handlers, [])
        self.check_quiet(page)

    def test_hostile_filter(self) -> None:
        hostile = 'frame matches "</code><script>alert(1)</script>"'
        page = self.place.pages / "filter.html"
        self.place.tshark("demo", f"50,html,file={page},{hostile}")
        self.open(page)
        self.assertIn(hostile, self.browser.run("return document.body.textContent"))
        self.assertEqual(self.browser.run("return document.scripts.length"), 1)
        self.check_quiet(page)

    def test_is_self_contained(self) -> None:
        markup = self.place.page("demo", "demo").read_text(encoding="utf-8")
        for outside in ("http:", "https:", "url(", "@import", " src=", "unsafe-", " style="):
            self.assertNotIn(outside, markup)
