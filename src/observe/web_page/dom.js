// Makes and fills elements of the page. Names come from peers: everything is text, never HTML.

/** Returns an element of the class `className` with texts and other elements in it. */
export function element(tag, className, ...content) {
  const made = document.createElement(tag);
  made.className = className;
  made.append(...content);
  return made;
}

/** Leaves an unchanged text alone: a selection stays, and a screen reader does not repeat it. */
export function setText(node, text) {
  if (node.textContent !== text) {
    node.textContent = text;
  }
}
