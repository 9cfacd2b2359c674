// What widgets and screen readers ask of a page, and the theme does not say.
{
  // Widgets ask the body which theme is on, as they do in JupyterLab.
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const show = () => {
    const { theme } = document.body.dataset;
    const isDark = theme === "dark" || (theme !== "light" && dark.matches);
    document.body.dataset.jpThemeLight = String(!isDark);
  };
  dark.addEventListener("change", show);
  new MutationObserver(show).observe(document.body, { attributeFilter: ["data-theme"] });
  show();

  // Of two landmarks of a kind, each needs a name.
  document.querySelector(".sidebar-drawer")?.setAttribute("aria-label", "The course");
  document.querySelector(".toc-drawer")?.setAttribute("aria-label", "On this page");
}
