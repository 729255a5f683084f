/** About where Chromium begins to fetch an image with `loading="lazy"`. */
const MARGIN = '1250px';

const waiting = new Map<Element, () => void>();
let observer: IntersectionObserver | undefined;

/**
 * Calls `near` once, when the element is in or near the viewport; at once where nothing can tell, as on the server.
 * All elements share one observer. What is returned ends the waiting.
 */
export function whenNearViewport(element: Element, near: () => void): () => void {
  if (typeof IntersectionObserver === 'undefined') {
    near();
    return () => undefined;
  }
  observer ??= createObserver(element.ownerDocument);
  waiting.set(element, near);
  observer.observe(element);
  return () => forget(element);
}

function createObserver(root: Document): IntersectionObserver {
  // The document as root makes the margin count inside frames, `scrollMargin` inside scrolling boxes.
  const options = { root, rootMargin: MARGIN, scrollMargin: MARGIN };
  return new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      const near = isIntersecting ? waiting.get(target) : undefined;
      if (!near) continue;
      forget(target);
      near();
    }
  }, options);
}

function forget(element: Element): void {
  if (!waiting.delete(element)) return;
  observer?.unobserve(element);
  if (waiting.size > 0) return;
  observer?.disconnect();
  observer = undefined;
}
