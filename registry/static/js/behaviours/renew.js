// Asks for the page again every two seconds while work goes on and shows this part anew; when it is over, the whole page.
import { enliven } from "../app.js";

export default (part) => {
  const renew = async () => {
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById(part.id);
      if (!answer.ok || !fresh) {
        location.reload();
        return;
      }
      part.replaceChildren(...fresh.childNodes);
      enliven(part);
    } catch {
      // The server is away for a moment; the next time tells.
    }
    setTimeout(renew, 2000);
  };
  setTimeout(renew, 2000);
};
