// A button below each citation copies it.
for (const cited of document.querySelectorAll(".course-citation")) {
  const said = document.createElement("span");
  said.setAttribute("role", "status");
  const button = document.createElement("button");
  button.textContent = "Copy";
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(cited.textContent);
      said.textContent = "Copied.";
    } catch {
      getSelection()?.selectAllChildren(cited); // a page that came without encryption may not copy by itself
      said.textContent = "Selected: press Ctrl+C, or ⌘C.";
    }
  });
  const row = document.createElement("p");
  row.className = "course-copy";
  row.append(button, " ", said);
  cited.after(row);
}
