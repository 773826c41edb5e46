// Filters start folded where there is no room beside the list; unfolded again when there is.
export default (details) => {
  const wide = matchMedia("(min-width: 64rem)");
  const fit = () => {
    details.open = wide.matches;
  };
  wide.addEventListener("change", fit);
  fit();
};
