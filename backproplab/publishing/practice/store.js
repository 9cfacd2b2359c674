// Where a reader has blocked what sites keep, `localStorage` throws. What they do then lasts as long as the page.
{
  const isOpen = () => {
    try {
      return Boolean(localStorage);
    } catch {
      return false;
    }
  };
  if (!isOpen()) {
    /** @type {Map<string, string>} */
    const kept = new Map();
    const value = {
      getItem: (/** @type {string} */ name) => kept.get(name) ?? null,
      setItem: (/** @type {string} */ name, /** @type {string} */ text) => void kept.set(name, text),
      removeItem: (/** @type {string} */ name) => void kept.delete(name),
    };
    Object.defineProperty(window, "localStorage", { value });
  }
}
