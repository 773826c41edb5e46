// Renews one part of the page (data-target) as the choices of a GET form change; the address keeps the whole state.
import { enliven } from "../app.js";

export default (form) => {
  const target = () => document.getElementById(form.dataset.target);
  let waiting;
  let asked = 0;
  const renew = async () => {
    const address = new URL(form.getAttribute("action") ?? location.pathname, location.href);
    const filled = [...new FormData(form)].filter(([, value]) => value !== "");
    address.search = new URLSearchParams(filled);
    const mine = ++asked;
    target().setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(address, { headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const part = page.getElementById(form.dataset.target);
      if (mine !== asked) return;
      if (!answer.ok || !part) throw new Error("no such part");
      target().replaceWith(part);
      enliven(part);
      history.replaceState(null, "", address);
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
