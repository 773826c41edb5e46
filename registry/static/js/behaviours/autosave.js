// Saves a form as it is filled in, by the address its own button posts to, and says so in [data-saved]. The button stays.
export default (form) => {
  const said = form.querySelector("[data-saved]");
  let turn = Promise.resolve();
  const save = async () => {
    try {
      const reply = await fetch(form.action, { method: "POST", body: new FormData(form), redirect: "manual" });
      const saved = reply.type === "opaqueredirect" || reply.ok;
      said.textContent = saved ? said.dataset.saved : reply.status === 422 ? said.dataset.refused : said.dataset.failed;
    } catch {
      said.textContent = said.dataset.failed;
    }
  };
  form.addEventListener("change", () => {
    turn = turn.then(save);
  });
};
