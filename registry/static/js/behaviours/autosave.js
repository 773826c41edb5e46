// Saves a form as it is filled in, by the address its own button posts to, and says so in [data-saved]. The button stays.
// A field with data-was names the fields whose values it remembers as they were last saved, as a list in JSON.
export default (form) => {
  const said = form.querySelector("[data-saved]");
  let turn = Promise.resolve();
  const remember = (sent) => {
    for (const was of form.querySelectorAll("[data-was]")) {
      was.value = JSON.stringify(was.dataset.was.split(" ").map((name) => sent.get(name)));
    }
  };
  const save = async () => {
    const sent = new FormData(form);
    try {
      const reply = await fetch(form.action, { method: "POST", body: sent, redirect: "manual" });
      const saved = reply.type === "opaqueredirect" || reply.ok;
      if (saved) remember(sent);
      said.textContent = saved ? said.dataset.saved : reply.status === 422 ? said.dataset.refused : said.dataset.failed;
    } catch {
      said.textContent = said.dataset.failed;
    }
  };
  form.addEventListener("change", () => {
    turn = turn.then(save);
  });
};
