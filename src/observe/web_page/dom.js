// Elements of the page, made and filled. Names come from peers: everything is text, never HTML.

/** Of that class, with texts and other elements in it. */
export function element(tag, className, ...content) {
  const made = document.createElement(tag);
  made.className = className;
  made.append(...content);
  return made;
}

/** Leaves alone what says so already: a selection stays, and nothing is said aloud again. */
export function setText(node, text) {
  if (node.textContent !== text) {
    node.textContent = text;
  }
}
