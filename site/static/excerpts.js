// What the search shows of a page that it has found holds no answer to a prediction.
{
  // @ts-expect-error: searchtools.js of Sphinx, which comes first, has it
  const tools = Search;
  const textOf = tools.htmlToText;
  /** @type {(html: string, anchor?: string) => string} */
  tools.htmlToText = (html, anchor) => {
    const page = new DOMParser().parseFromString(html, "text/html");
    for (const answer of page.querySelectorAll(".tag_predicted > .cell_output, .course-explained"))
      answer.remove();
    return textOf(page.documentElement.outerHTML, anchor);
  };
}
