// A chart is a stop for the keyboard, and a region with a name, only while it is wider than its frame and scrolls.
export default (frame) => {
  const said = [["role", frame.getAttribute("role")], ["aria-label", frame.getAttribute("aria-label")], ["tabindex", "0"]];
  const fit = () => {
    const wide = frame.scrollWidth > frame.clientWidth + 1;
    for (const [name, value] of said) {
      if (wide) frame.setAttribute(name, value);
      else frame.removeAttribute(name);
    }
  };
  new ResizeObserver(fit).observe(frame);
};
