// Says that a file is too large as soon as it is chosen, instead of after it was sent; the server says so as well.
export default (field) => {
  const box = field.querySelector("input");
  const most = Number(field.dataset.most);
  const size = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
  box.addEventListener("change", () => {
    const [file] = box.files;
    const isTooLarge = file !== undefined && file.size > most;
    box.setCustomValidity(isTooLarge ? `This file has ${size(file.size)}; at most ${size(most)} are taken. Choose a smaller one.` : "");
    if (isTooLarge) box.reportValidity();
  });
};
