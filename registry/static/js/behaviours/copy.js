// Copies data-text and says so for two seconds.
export default (button) => {
  if (!navigator.clipboard) return;
  const words = button.querySelector("span");
  const label = words.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.dataset.text);
    words.textContent = button.dataset.done;
    setTimeout(() => {
      words.textContent = label;
    }, 2000);
  });
};
