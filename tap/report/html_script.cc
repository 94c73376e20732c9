// The script of the HTML report: it sorts, searches and unfolds the table of sources.
#include "tap/report/html.h"

namespace fanout {

const std::string_view kHtmlScript = R"js(
'use strict';
(() => {
  const table = document.getElementById('sources');
  if (!table) return;
  const heads = [...table.tHead.rows[0].cells];
  const bodies = [...table.tBodies];
  const search = document.getElementById('search');
  const found = document.getElementById('found');
  const unfold = document.getElementById('unfold');

  function keyOf(body, column) {
    const key = body.rows[0].cells[column].dataset.key;
    if (!heads[column].classList.contains('n')) return key;
    return key === '' ? -Infinity : Number(key);
  }

  function sort(column, ascending) {
    const sign = ascending ? 1 : -1;
    const keys = new Map(bodies.map((body) => [body, keyOf(body, column)]));
    bodies.sort((a, b) => {
      const [one, other] = [keys.get(a), keys.get(b)];
      return one < other ? -sign : one > other ? sign : 0;
    });
    table.append(...bodies);
    for (const head of heads) head.removeAttribute('aria-sort');
    heads[column].setAttribute('aria-sort', ascending ? 'ascending' : 'descending');
  }

  heads.forEach((head, column) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.textContent = head.textContent;
    button.addEventListener('click', () => {
      const sorted = head.getAttribute('aria-sort');
      sort(column, sorted ? sorted === 'descending' : !head.classList.contains('n'));
    });
    head.replaceChildren(button);
  });

  const texts = new Map();
  function textOf(body) {
    if (!texts.has(body)) texts.set(body, body.textContent.toLowerCase());
    return texts.get(body);
  }

  function filter() {
    const words = search.value.toLowerCase().split(/\s+/).filter((word) => word);
    let count = 0;
    for (const body of bodies) {
      body.hidden = !words.every((word) => textOf(body).includes(word));
      if (!body.hidden) ++count;
    }
    found.textContent = words.length ? `${count} of ${bodies.length} sources` : '';
  }
  search.addEventListener('input', filter);

  unfold.addEventListener('click', () => {
    const open = unfold.getAttribute('aria-pressed') !== 'true';
    unfold.setAttribute('aria-pressed', String(open));
    for (const details of table.querySelectorAll('details')) details.open = open;
  });

  // A link to a source shows it, with its destinations.
  function follow() {
    const target = document.getElementById(location.hash.slice(1));
    if (!target || !bodies.includes(target)) return;
    search.value = '';
    filter();
    const details = target.querySelector('details');
    if (details) details.open = true;
    target.scrollIntoView();
  }
  addEventListener('hashchange', follow);
  follow();

  document.getElementById('controls').hidden = false;
})();
)js";

}  // namespace fanout
