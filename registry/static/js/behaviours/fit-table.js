// A table that turns out wider than its place scrolls in a frame of its own, reachable by keyboard; else its heading row sticks.
export default (wrap) => {
  const table = wrap.querySelector("table");
  const fit = () => {
    wrap.classList.remove("table-wrap--wide");
    const wide = table.getBoundingClientRect().width > wrap.clientWidth + 1;
    wrap.classList.toggle("table-wrap--wide", wide);
    for (const [name, value] of [["role", "region"], ["aria-label", wrap.dataset.caption], ["tabindex", "0"]]) {
      if (wide) wrap.setAttribute(name, value);
      else wrap.removeAttribute(name);
    }
  };
  // At once, for an observer reports only with the next frame: until then the page would be as wide as the table.
  fit();
  new ResizeObserver(fit).observe(wrap);
};
