// The button of a notice takes it away and leaves the focus where reading goes on.
export default (notice) => {
  const button = notice.querySelector(".notice__dismiss");
  button.hidden = false;
  button.addEventListener("click", () => {
    notice.remove();
    document.getElementById("main")?.focus({ preventScroll: true });
  });
};
