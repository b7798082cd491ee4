/**
 * Gives the page's nonce to style elements that scripts make. `ConfigProvider csp` reaches those of Ant Design's components, but not two of
 * @rc-component (portal's useScrollLocker, util's getScrollBarSize), which take none. It opens nothing: whoever runs a script here could
 * read the nonce.
 * @returns how to end it
 */
export function giveNonceToStyles(nonce: string): () => void {
  const create = document.createElement.bind(document);
  document.createElement = ((name: string, options?: ElementCreationOptions) => {
    const element = create(name, options);
    if (element instanceof HTMLStyleElement) element.nonce = nonce;
    return element;
  }) as typeof document.createElement;
  return () => Reflect.deleteProperty(document, 'createElement');
}
