/**
 * Browsers' translators put elements of their own in the place of texts. React, which still holds the text that stood
 * there, then takes out or puts before a node that is not where it left it, and the browser throws: the part of the
 * screen is gone (react issue 11538). The page asks not to be translated, but a person can translate it anyway.
 *
 * Here such a call does what can be done instead: nothing is thrown, and at worst an old translated text stays until its
 * part is drawn anew. Installed once, before React draws.
 */
export function tolerateTranslators(): void {
  // eslint-disable-next-line @typescript-eslint/unbound-method -- called on their node below
  const { removeChild, insertBefore } = Node.prototype;

  Node.prototype.removeChild = function <T extends Node>(this: Node, child: T): T {
    if (child.parentNode === this) return removeChild.call(this, child) as T;
    const standIn = childAbove(this, child);
    if (standIn !== null) removeChild.call(this, standIn);
    return child;
  };

  Node.prototype.insertBefore = function <T extends Node>(this: Node, node: T, before: Node | null): T {
    if (before === null || before.parentNode === this) return insertBefore.call(this, node, before) as T;
    return insertBefore.call(this, node, childAbove(this, before)) as T;
  };
}

/** The child of `parent` in which the node has been put; null when it is not below it any more. */
function childAbove(parent: Node, node: Node): ChildNode | null {
  let above = node.parentNode;
  while (above !== null && above.parentNode !== parent) above = above.parentNode;
  return above as ChildNode | null;
}
