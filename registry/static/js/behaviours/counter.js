// Says how many characters are left (where there is much room only when few are), or by how many a text is too long. Nothing typed or pasted is ever cut off.
export default (field) => {
  const box = field.querySelector(".input");
  const words = field.querySelector(".field__count");
  const limit = Number(field.dataset.limit);
  const isRoomy = box.tagName === "INPUT" || limit > 1000;
  const count = () => {
    const left = limit - [...box.value.replaceAll("\r\n", "\n")].length;
    words.textContent = left < 0 ? `${-left} over the limit of ${limit}` : `${left} of ${limit} left`;
    words.hidden = isRoomy && left > limit / 5;
    words.classList.toggle("field__count--over", left < 0);
  };
  box.addEventListener("input", count);
  count();
};
