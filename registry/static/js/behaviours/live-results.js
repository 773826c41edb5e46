// Renews parts of the page (data-target: ids) as a GET form is typed in and ticked; the address keeps the whole state.
// What the reader has in hand stays: the focus, and which groups ([data-kept]) are open and how far they are scrolled.
import { enliven } from "../app.js";

const same = (element) => `input[name="${CSS.escape(element.name)}"][value="${CSS.escape(element.value)}"]`;

function put(part, old) {
  const scrolled = [];
  for (const group of old.querySelectorAll("[data-kept]")) {
    const fresh = part.querySelector(`[data-kept="${CSS.escape(group.dataset.kept)}"]`);
    if (fresh && group.open) fresh.open = true;
    scrolled.push([fresh?.querySelector("fieldset"), group.querySelector("fieldset")?.scrollTop]);
  }
  const held = old.contains(document.activeElement) ? document.activeElement : null;
  old.replaceWith(part);
  for (const [list, top] of scrolled) if (list && top) list.scrollTop = top;
  if (held?.name) part.querySelector(same(held))?.focus({ preventScroll: true });
  enliven(part);
}

export default (form) => {
  const targets = form.dataset.target.split(/\s+/);
  const said = document.querySelector("[data-results-said]");
  let waiting;
  let asked = 0;
  const renew = async () => {
    const address = new URL(form.getAttribute("action") || location.pathname, location.href);
    const filled = [...new FormData(form)].filter(([, value]) => value !== "");
    address.search = new URLSearchParams(filled);
    const mine = ++asked;
    for (const id of targets) document.getElementById(id).setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(address, { headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const parts = targets.map((id) => page.getElementById(id));
      if (mine !== asked) return;
      if (!answer.ok || parts.includes(null)) throw new Error("no such part");
      for (const part of parts) put(part, document.getElementById(part.id));
      for (const button of form.querySelectorAll(".facets__apply")) button.hidden = true;
      history.replaceState(null, "", address);
      if (said) said.textContent = parts.map((part) => part.dataset.said ?? "").join(" ").trim();
    } catch {
      if (mine === asked) form.submit();
    }
  };
  const later = (pause) => {
    clearTimeout(waiting);
    waiting = setTimeout(renew, pause);
  };
  for (const button of form.querySelectorAll(".facets__apply")) button.hidden = true;
  form.addEventListener("input", (event) => later(event.target.matches("[type=checkbox], [type=radio], select") ? 0 : 250));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    later(0);
  });
};
