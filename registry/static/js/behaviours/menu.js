// Closes an open menu on Escape, on a click elsewhere and when the focus leaves it.
export default (menu) => {
  const shut = () => {
    menu.open = false;
  };
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    shut();
    menu.querySelector("summary").focus();
  });
  menu.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !menu.contains(event.relatedTarget)) shut();
  });
  document.addEventListener("click", (event) => {
    if (menu.open && !menu.contains(event.target)) shut();
  });
};
