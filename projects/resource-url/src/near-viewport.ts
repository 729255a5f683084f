/** About where Chromium begins to fetch an image with `loading="lazy"`. */
const MARGIN = '1250px';

const waiting = new Map<Element, () => void>();
let observer: IntersectionObserver | undefined;

/**
 * Calls `near` once, when the element is in or near the viewport: at once in a browser that cannot tell. All elements
 * share one observer, which is gone when nobody waits. What is returned ends the waiting.
 */
export function whenNearViewport(element: Element, near: () => void): () => void {
  if (typeof IntersectionObserver === 'undefined') {
    near();
    return () => undefined;
  }
  // The document as root makes the margin count inside frames, `scrollMargin` inside scrolling boxes.
  const options = { root: element.ownerDocument, rootMargin: MARGIN, scrollMargin: MARGIN };
  observer ??= new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      const found = isIntersecting && waiting.get(target);
      if (found) {
        forget(target);
        found();
      }
    }
  }, options);
  waiting.set(element, near);
  observer.observe(element);
  return () => forget(element);
}

function forget(element: Element): void {
  if (!waiting.delete(element)) return;
  observer?.unobserve(element);
  if (waiting.size > 0) return;
  observer?.disconnect();
  observer = undefined;
}
