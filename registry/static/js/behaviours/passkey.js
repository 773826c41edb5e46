// Has the browser answer with a passkey and puts the answer into the form around this part. data-options: a new
// one is made by these. data-question: one is used, as this address asks. Stays hidden where the browser knows no passkeys.
const bytesOf = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));

const textOf = (buffer) =>
  btoa(Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join(""))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

const named = (credentials) => credentials.map((each) => ({ ...each, id: bytesOf(each.id) }));

const made = (options) =>
  navigator.credentials.create({
    publicKey: {
      ...options,
      challenge: bytesOf(options.challenge),
      user: { ...options.user, id: bytesOf(options.user.id) },
      excludeCredentials: named(options.excludeCredentials),
    },
  });

const used = (options) =>
  navigator.credentials.get({
    publicKey: {
      ...options,
      challenge: bytesOf(options.challenge),
      allowCredentials: named(options.allowCredentials),
    },
  });

const written = ({ id, rawId, type, response }) => {
  const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const given = parts.filter((name) => response[name]).map((name) => [name, textOf(response[name])]);
  return JSON.stringify({ id, rawId: textOf(rawId), type, response: Object.fromEntries(given) });
};

const asked = async (address, form) => {
  const headers = { "X-CSRFToken": form.elements.csrf_token.value };
  const answer = await fetch(address, { method: "POST", headers });
  if (answer.redirected || !answer.ok) throw new Error("not asked");
  return answer.json();
};

const said = (error) => {
  if (error.name === "InvalidStateError") return "There is a passkey of yours there already. Choose another place.";
  if (error.name === "NotAllowedError") return "Nothing was confirmed, or it took too long. Try again.";
  return error instanceof DOMException
    ? "This did not work here. Try another place, or other means."
    : "The registry did not answer as expected. Load this page anew and try again.";
};

// A form with buttons of its own is sent by one of them: to show a passkey says who one is, not what one wants.
const sent = (form, answer) => {
  form.append(answer);
  const sends = form.querySelectorAll("button[type=submit]");
  if (sends.length === 0) form.requestSubmit();
  // It stands for what is typed otherwise.
  for (const field of [form.elements.password, form.elements.own_code]) if (field) field.required = false;
  sends[0]?.focus();
  return sends.length === 1 ? `Your passkey has answered. Now press “${sends[0].textContent.trim()}”.` : "Your passkey has answered.";
};

export default (part) => {
  if (!window.PublicKeyCredential) return;
  const form = part.closest("form");
  const [button, words] = [part.querySelector("button"), part.querySelector("[role=status]")];
  for (const instead of form.querySelectorAll("[data-unless-passkeys]")) instead.hidden = true;
  part.hidden = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    words.textContent = "Waiting for your passkey …";
    try {
      const { options, question } = part.dataset;
      const credential = options ? await made(JSON.parse(options)) : await used(await asked(question, form));
      const answer = Object.assign(document.createElement("input"), { type: "hidden", name: "passkey" });
      answer.value = written(credential);
      words.textContent = sent(form, answer);
    } catch (error) {
      words.textContent = said(error);
      button.disabled = false;
    }
  });
};
