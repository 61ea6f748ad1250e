// How the person likes the pages to look, put into effect before anything is drawn. It comes from
// this browser's storage; the server's word for whoever is signed in follows later.
(() => {
  const KEY = "ioverse.appearance";
  const root = document.documentElement;

  function read() {
    try {
      return JSON.parse(localStorage.getItem(KEY)) ?? {};
    } catch {
      return {};
    }
  }

  function write(values) {
    try {
      localStorage.setItem(KEY, JSON.stringify(values));
    } catch {
      // A private window without storage: it holds as long as the page.
    }
    apply(values);
  }

  function apply({ accent, density, motion, font_size: size }) {
    for (const [name, value] of Object.entries({ accent, density, motion }))
      if (value) root.dataset[name] = value;
      else delete root.dataset[name];
    if (size >= 14 && size <= 20) root.style.setProperty("--reading-size", `${size}px`);
    else root.style.removeProperty("--reading-size");
  }

  apply(read());
  addEventListener("storage", ({ key }) => key === KEY && apply(read()));
  window.ioverseAppearance = { read, write };
})();
