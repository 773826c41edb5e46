// Finds [data-behaviour], imports behaviours/<name>.js for each name in it and hands it the element. A page is complete without.
export function enliven(root) {
  for (const element of root.querySelectorAll("[data-behaviour]")) {
    for (const name of element.dataset.behaviour.split(/\s+/)) {
      if (/^[a-z-]+$/.test(name)) import(`./behaviours/${name}.js`).then((behaviour) => behaviour.default(element));
    }
  }
}

for (const element of document.querySelectorAll(".needs-script")) element.hidden = false;
enliven(document);
