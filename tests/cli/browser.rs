//! The page in a real browser: nothing is cut off, and everything can be read.
//!
//! Skipped where there is no Chromium.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value;

use crate::command::{Files, finished, json, roamgate};
use crate::installed::{BROWSERS, installed};

/// A width in pixels, and whether the reader prefers dark pages.
const SCREENS: [(u32, bool); 5] =
    [(390, false), (390, true), (820, false), (1280, false), (1280, true)];

/// WCAG 2.2, level AA.
const CONTRAST: f64 = 4.5;

#[test]
fn the_page_fits_its_screen_and_its_text_has_the_contrast_of_wcag_aa() {
    let Some(browser) = installed(&BROWSERS) else {
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
const MEASURE: &str = concat!(
    include_str!("../support/measure.js"),
    r##"
const pre = document.createElement("pre");
pre.id = "report";
pre.textContent = JSON.stringify(report);
parent.document.body.append(pre);
"##
);
