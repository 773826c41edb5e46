// Hides the rows of the table below that do not hold every typed word.
export default (label) => {
  const box = label.querySelector("input");
  const said = label.querySelector("[role=status]");
  const rows = [...label.parentElement.querySelectorAll("tbody tr")];
  const texts = rows.map((row) => row.textContent.toLowerCase());
  label.hidden = false;
  box.addEventListener("input", () => {
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    rows.forEach((row, index) => {
      row.hidden = !words.every((word) => texts[index].includes(word));
      shown += row.hidden ? 0 : 1;
    });
    said.textContent = words.length ? `${shown} of ${rows.length}` : "";
  });
};
