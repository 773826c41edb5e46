// "Select all" of a table with check-boxes; says how many are selected in [data-selected="<name>"] and shows that part only then.
export default (frame) => {
  const all = frame.querySelector("[data-all]");
  const master = all.querySelector("input");
  const boxes = [...frame.querySelectorAll("tbody .table__pick input")];
  const bar = document.querySelector(`[data-selected="${CSS.escape(frame.dataset.name)}"]`);
  all.hidden = false;
  const tell = () => {
    const count = boxes.filter((box) => box.checked).length;
    master.checked = count > 0 && count === boxes.length;
    master.indeterminate = count > 0 && count < boxes.length;
    if (!bar) return;
    bar.hidden = count === 0;
    const words = bar.querySelector("[data-count]");
    if (words) words.textContent = `${count} selected`;
  };
  frame.addEventListener("change", (event) => {
    if (event.target === master) for (const box of boxes) box.checked = master.checked && !box.closest("tr").hidden;
    tell();
  });
  tell();
};
