// The foot of the page names the zone that local-time.js writes times in.
export default (note) => {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  if (!zone || zone === "UTC") return;
  const said = document.createElement("span");
  said.className = "screen-only";
  said.textContent = `Times in your zone, ${zone}; UTC on hover and on paper`;
  const paper = document.createElement("span");
  paper.className = "paper-only";
  paper.textContent = note.textContent;
  note.replaceChildren(said, paper);
};
