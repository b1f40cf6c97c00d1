/**
 * Returns an element of the page.
 *
 * @throws if the page does not have it.
 */
export function element<Kind extends HTMLElement>(id: string, kind: new () => Kind): Kind {
  const found = document.getElementById(id);
  if (found instanceof kind) return found;
  throw new Error(`Cannot show the page: it has no ${kind.name} #${id}; look at index.html`);
}
