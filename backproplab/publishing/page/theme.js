// Widgets ask the body which theme is on, as they do in JupyterLab.
const dark = matchMedia("screen and (prefers-color-scheme: dark)");
const show = () => {
  document.body.dataset.jpThemeLight = String(!dark.matches);
};
dark.addEventListener("change", show);
show();
