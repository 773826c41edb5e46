// Shows an instant in the reader's own zone; UTC stays on hover and on paper.
// British English shortens September to four letters; everywhere else it has three.
const words = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
});

export default (time) => {
  const utc = time.querySelector(".moment__utc");
  const local = document.createElement("span");
  local.className = "moment__local";
  local.textContent = words.format(new Date(time.dateTime)).replace("Sept", "Sep");
  time.title = utc.textContent;
  time.classList.add("moment--local");
  time.append(local);
};
