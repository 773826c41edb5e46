// Asks before typed and unsaved changes are left behind. data-changed: the form came back refused, so it starts unsaved.
const written = (form) => JSON.stringify([...new FormData(form)].map(([name, value]) => [name, value.name ?? value]));

export default (form) => {
  const saved = written(form);
  let sending = false;
  form.addEventListener("submit", () => {
    sending = true;
  });
  window.addEventListener("pageshow", () => {
    sending = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (!sending && ("changed" in form.dataset || written(form) !== saved)) event.preventDefault();
  });
};
