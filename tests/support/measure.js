// What a page looks like on this screen: `report` says how wide it is, what is cut off, and which text is
// hardest to read (WCAG 2.2, 1.4.3).
const numbers = text => [...text.matchAll(/rgba?\(([^)]*)\)/g)].map(found => found[1].split(",").map(Number));
const channel = value => value <= 10.31 ? value / 3294.6 : ((value / 255 + .055) / 1.055) ** 2.4;
const luminance = ([red, green, blue]) => .2126 * channel(red) + .7152 * channel(green) + .0722 * channel(blue);
const ratio = (a, b) => (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
const grounds = element => {
  const style = getComputedStyle(element);
  const found = numbers(style.backgroundImage + style.backgroundColor).filter(color => color[3] !== 0);
  return found.length || !element.parentElement ? found : grounds(element.parentElement);
};
let contrast = 21, faintest = "", texts = 0;
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const element = walker.currentNode.parentElement, text = walker.currentNode.data.trim();
  if (!text || element.tagName === "SCRIPT") continue;
  texts += 1;
  const ink = luminance(numbers(getComputedStyle(element).color)[0]);
  for (const ground of grounds(element)) {
    const found = ratio(ink, luminance(ground));
    if (found < contrast) [contrast, faintest] = [found, text];
  }
}
const isCut = element => element.getBoundingClientRect().right > innerWidth && !element.closest(".scroll");
const isClipped = element => element.scrollWidth > element.clientWidth && element.matches(".tile, .chip, .effect");
const overflowing = [...document.body.querySelectorAll("*")].filter(element => isCut(element) || isClipped(element));
const report = {
  width: innerWidth, dark: matchMedia("(prefers-color-scheme: dark)").matches, contrast, faintest, texts,
  overflowing: overflowing.map(element => element.className + " " + element.textContent.slice(0, 20)),
};
