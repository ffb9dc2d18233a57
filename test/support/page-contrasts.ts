/**
 * A script for a page (as text: there are no DOM types here). For each kind of text in the API's page, the contrast of the
 * first such element against what is behind it, as WCAG 2.2 computes it.
 */
export const contrasts = String.raw`(() => {
  const luminance = (color) => {
    const [r, g, b] = color.match(/[\d.]+/g).map((part) => {
      const value = Number(part) / 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = (element) => {
    for (let at = element; at !== null; at = at.parentElement) {
      const { backgroundColor } = getComputedStyle(at);
      if (!/^rgba\(.*, 0\)$/.test(backgroundColor)) return backgroundColor;
    }
    return 'rgb(255, 255, 255)';
  };
  const selectors = ['p', 'a', 'h4', 'nav h2', 'dt span', 'pre', 'code', 'summary', '.get', '.post', '.put', '.patch', '.delete'];
  return Object.fromEntries(selectors.map((selector) => {
    const element = document.querySelector(selector);
    const [a, b] = [luminance(getComputedStyle(element).color), luminance(behind(element))];
    return [selector, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)];
  }));
})()`;
