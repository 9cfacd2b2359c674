// The page is made anew whenever it comes back into view: meanwhile a notebook may have been saved.
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload();
});
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") location.reload();
});
