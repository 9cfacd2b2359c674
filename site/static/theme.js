// Widgets ask the body which theme is on, as they do in JupyterLab.
{
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const show = () => {
    const { theme } = document.body.dataset;
    const isDark = theme === "dark" || (theme !== "light" && dark.matches);
    document.body.dataset.jpThemeLight = String(!isDark);
  };
  dark.addEventListener("change", show);
  new MutationObserver(show).observe(document.body, { attributeFilter: ["data-theme"] });
  show();
}
