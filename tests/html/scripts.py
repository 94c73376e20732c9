"""What tests ask the page for, as JavaScript."""

ROWS = """
return [...document.querySelectorAll('#sources > tbody')].map((body) => ({
  address: body.querySelector('.address').textContent,
  chips: [...body.querySelectorAll('.chip')].map((chip) => chip.textContent),
  keys: [...body.rows[0].cells].map((cell) => cell.dataset.key),
  reason: body.querySelector('.reason')?.textContent,
  destinations: body.querySelectorAll('details tbody tr').length,
  hidden: body.hidden,
}));
"""
BARS = """
const svg = document.getElementById(arguments[0]);
const labels = [...svg.querySelectorAll('.label')].map((label) => label.firstChild.textContent);
const values = [...svg.querySelectorAll('.value')].map((value) => value.textContent);
const bars = [...svg.querySelectorAll('rect')].map((bar) => bar.getBoundingClientRect().width);
return [labels, values, bars];
"""
LINES = """
return [...document.querySelectorAll('#time path')].map((line) => ({
  path: line.getAttribute('d'), height: line.getBBox().height,
}));
"""
ORDER = "return [...document.querySelectorAll('#sources > tbody')].map((body) => body.id);"
SHOWN = "return [...document.querySelectorAll('#sources > tbody')].filter((b) => !b.hidden).length;"
