// The summary of problems takes the focus when a refused form comes back; its links lead into the fields.
export default (element) => {
  element.focus();
  element.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    const field = link && document.getElementById(link.hash.slice(1));
    if (!field) return;
    event.preventDefault();
    field.focus();
    (field.closest(".field") ?? field).scrollIntoView({ block: "start" });
  });
};
