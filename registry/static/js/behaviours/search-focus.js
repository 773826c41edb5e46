// "/" moves to the search box of this form, unless somebody is typing.
export default (form) => {
  const box = form.querySelector("input[type=search]");
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input, textarea, select, [contenteditable]");
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    box.focus();
    box.select();
  });
};
