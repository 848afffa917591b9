//! The page in a real browser: nothing is cut off, and everything can be read.
//!
//! Skipped where there is no Chromium.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::command::{Files, finished, json, roamgate};

/// A width in pixels, and whether the reader prefers dark pages.
const SCREENS: [(u32, bool); 5] =
    [(390, false), (390, true), (820, false), (1280, false), (1280, true)];

/// WCAG 2.2, level AA.
const CONTRAST: f64 = 4.5;

#[test]
fn the_page_fits_its_screen_and_its_text_has_the_contrast_of_wcag_aa() {
    let Some(browser) = browser() else {
        eprintln!("skipped: there is no chromium in PATH");
        return;
    };
    let files = Files::new();
    let page = roamgate(&[
        "table",
        "policies/high-value-transfers.yaml",
        "policies/streaming.yaml",
        "--format",
        "html",
    ])
    .fine();
    let measured = page
        .replace("http-equiv=\"Content-Security-Policy\"", "name=\"removed\"")
        .replace("<details>", "<details open=\"\">")
        .replace("</body>", &format!("<script>{MEASURE}</script></body>"));
    for screen in SCREENS {
        let path = files.add("frame.html", &framed(&measured, screen.0));
        let report = measure(&browser, &path, screen.1);
        assert_eq!(report["dark"], screen.1, "{screen:?}");
        assert_eq!(report["width"], screen.0, "{screen:?}");
        assert_eq!(report["overflowing"], Value::Array(vec![]), "{screen:?}");
        assert!(report["texts"].as_u64() > Some(1000), "{report}");
        let contrast = report["contrast"].as_f64().unwrap();
        assert!(contrast >= CONTRAST, "{screen:?}: {contrast} in {}", report["faintest"]);
    }
}

fn browser() -> Option<PathBuf> {
    let folders: Vec<_> = std::env::split_paths(&std::env::var_os("PATH")?).collect();
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let mut paths =
        names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
    paths.find(|path| path.is_file())
}

/// The page in a frame: a browser's own window cannot be as narrow as a phone.
fn framed(page: &str, width: u32) -> String {
    let page = page.replace('&', "&amp;").replace('"', "&quot;");
    format!(
        "<!doctype html><html style=\"color-scheme: light dark\"><body><iframe style=\"width: {width}px; height: 1000px; border: 0\" srcdoc=\"{page}\"></iframe></body></html>"
    )
}

fn measure(browser: &PathBuf, page: &str, dark: bool) -> Value {
    let profile = Files::new();
    let run = finished(Command::new(browser).args([
        "--headless",
        // The page is our own; a container's root has no sandbox.
        "--no-sandbox",
        "--disable-gpu",
        "--hide-scrollbars",
        &format!("--blink-settings=preferredColorScheme={}", u8::from(!dark)),
        &format!("--user-data-dir={}", profile.path()),
        "--window-size=1400,1100",
        "--dump-dom",
        &format!("file://{page}"),
    ]));
    let report = run.out.split_once("<pre id=\"report\">").unwrap().1;
    json(report.split_once("</pre>").unwrap().0)
}

/// Writes what it sees to the end of the page.
const MEASURE: &str = r##"
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
const report = document.createElement("pre");
report.id = "report";
report.textContent = JSON.stringify({
  width: innerWidth, dark: matchMedia("(prefers-color-scheme: dark)").matches, contrast, faintest, texts,
  overflowing: overflowing.map(element => element.className + " " + element.textContent.slice(0, 20)),
});
parent.document.body.append(report);
"##;
