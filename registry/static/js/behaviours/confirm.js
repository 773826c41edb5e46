// Shows the question of a .confirm as a modal dialog instead of in place.
export default (details) => {
  const summary = details.querySelector("summary");
  const body = details.querySelector(".confirm__body");
  const title = body.querySelector("h2");
  const close = body.querySelector("[data-close]");
  const dialog = document.createElement("dialog");
  dialog.className = "dialog";
  title.id ||= `confirm-${crypto.getRandomValues(new Uint32Array(1))[0]}`;
  dialog.setAttribute("aria-labelledby", title.id);
  dialog.append(body);
  details.after(dialog);
  summary.setAttribute("aria-haspopup", "dialog");
  summary.addEventListener("click", (event) => {
    event.preventDefault();
    dialog.showModal();
    if (!body.querySelector(".input")) close.focus();
  });
  close.hidden = false;
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener("close", () => summary.focus());
};
