//! The example `frontend` in a real browser, from its first page to the gated payment, without
//! JavaScript. Every page that anybody sees fits a phone and a desktop, by day and by night.
//!
//! Skipped where there is no Chromium or no driver (Debian: `chromium-driver`).
//! `ROAMGATE_PICTURES=FOLDER` keeps a picture of each page.

use std::path::Path;

use roamgate::sandbox::Sandbox;
use serde_json::json;
use tokio::net::TcpListener;

use crate::site;
use crate::web_driver::Browser;

#[tokio::test]
async fn who_is_at_home_checks_the_line_and_pays() {
    let Some(visit) = Visit::begin().await else { return };
    visit.sees("Check my line").await;
    visit.checks("At home", "Allow").await;
    visit.sees("Your phone is on its home network").await;
    visit.presses("Pay €42.00").await;
    visit.sees("You have paid €42.00").await;
}

#[tokio::test]
async fn who_roams_in_the_eea_confirms_and_pays() {
    let Some(visit) = Visit::begin().await else { return };
    visit.checks("Roams in Germany", "Allow").await;
    visit.sees("Your phone is roaming in Germany").await;
    visit.presses("Pay €42.00").await;
    visit.sees("Confirm that it is you").await;
    visit.presses("Confirm and pay €42.00").await;
    visit.sees("You have paid €42.00").await;
    // For five minutes, the next payment needs no more than this.
    visit.goes("/line").await;
    visit.presses("Pay €42.00").await;
    visit.sees("You have paid €42.00").await;
}

#[tokio::test]
async fn who_roams_outside_the_eea_is_refused() {
    let Some(visit) = Visit::begin().await else { return };
    visit.checks("Roams in Brazil", "Allow").await;
    visit.sees("Your phone is roaming in Brazil").await;
    visit.presses("Pay €42.00").await;
    visit.sees("We cannot take this payment").await;
}

#[tokio::test]
async fn who_refuses_consent_pays_nothing_and_may_change_their_mind() {
    let Some(visit) = Visit::begin().await else { return };
    visit.checks("At home", "Refuse").await;
    visit.sees("You did not allow the check").await;
    visit.follows("Go on without the check").await;
    visit.sees("Check your line first").await;
    visit.presses("Check my line").await;
    visit.chooses("At home", "Allow").await;
    visit.sees("Your phone is on its home network").await;
}

#[tokio::test]
async fn who_is_on_wifi_hears_what_to_do_and_does_it() {
    let Some(visit) = Visit::begin().await else { return };
    visit.presses("Check my line").await;
    visit.picks("Wi-Fi").await;
    visit.chooses("At home", "Allow").await;
    visit.sees("Your phone was not recognised").await;
    visit.presses("Check my line again").await;
    visit.chooses("Roams by satellite", "Allow").await;
    visit.sees("Your phone is roaming").await;
}

#[tokio::test]
async fn whose_operator_does_not_answer_confirms_and_pays() {
    let Some(visit) = Visit::begin().await else { return };
    visit.checks("The network is down", "Allow").await;
    visit.sees("The check did not work this time").await;
    visit.follows("Go on without the check").await;
    visit.sees("We do not know where your phone is").await;
    visit.presses("Pay €42.00").await;
    visit.sees("Confirm that it is you").await;
    visit.presses("Confirm and pay €42.00").await;
    visit.sees("You have paid €42.00").await;
}

#[tokio::test]
async fn links_of_somebody_else_and_old_ones_are_refused_in_words() {
    let Some(visit) = Visit::begin().await else { return };
    visit.goes("/line-check/callback?code=a-code&state=a-state-of-somebody-else").await;
    visit.sees("This link cannot be used").await;
    visit.goes("/line-check/flow/of-somebody-else").await;
    visit.sees("There is nothing to see here").await;
    visit.goes("/").await;
    visit.presses("Check my line").await;
    visit.sees(OPERATOR).await;
    let forged = visit.browser.address().await.replace("client_id=", "client_id=x");
    visit.browser.go(&forged).await;
    visit.sees("This sign-in cannot begin").await;
}

/// A customer in front of a browser.
struct Visit {
    browser: Browser,
    origin: String,
    _operator: Sandbox,
}

impl Visit {
    /// On the first page. The site is `localhost` and the operator `127.0.0.1`, so that browsers
    /// take them for strangers to each other.
    async fn begin() -> Option<Self> {
        let browser = Browser::open().await?;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let origin = format!("http://localhost:{}", listener.local_addr().unwrap().port());
        let operator =
            Sandbox::builder().redirect_uri(site::callback(&origin)).start().await.unwrap();
        let app = site::app(&origin, &operator).unwrap();
        tokio::spawn(axum::serve(listener, app).into_future());
        let visit = Self { browser, origin, _operator: operator };
        visit.goes("/").await;
        Some(visit)
    }

    async fn goes(&self, path: &str) {
        self.browser.go(&format!("{}{path}", self.origin)).await;
    }

    async fn presses(&self, button: &str) {
        self.browser.click(&format!("//button[normalize-space()='{button}']")).await;
    }

    async fn follows(&self, link: &str) {
        self.browser.click(&format!("//a[normalize-space()='{link}']")).await;
    }

    async fn picks(&self, choice: &str) {
        self.browser.click(&format!("//label[span[normalize-space()='{choice}']]")).await;
    }

    /// From the first page to the operator, and back with this answer.
    async fn checks(&self, line: &str, answer: &str) {
        self.presses("Check my line").await;
        self.sees(OPERATOR).await;
        self.chooses(line, answer).await;
    }

    /// On the operator's page.
    async fn chooses(&self, line: &str, answer: &str) {
        self.picks(line).await;
        self.presses(answer).await;
    }

    /// Waits for the page with this headline, and looks at it on every screen.
    async fn sees(&self, headline: &str) {
        self.browser.find(&format!("//h1[normalize-space()='{headline}']")).await;
        for screen in SCREENS {
            self.browser.on_screen(screen).await;
            if let Some(folder) = std::env::var_os("ROAMGATE_PICTURES") {
                let (width, is_dark) = screen;
                let name = headline.to_lowercase().replace(' ', "-");
                let name = format!("{name}-{width}{}.png", if is_dark { "-dark" } else { "" });
                self.browser.picture(&Path::new(&folder).join(name)).await;
            }
            let report = self.browser.run(MEASURE).await;
            let place = format!("{headline} {screen:?} {report}");
            assert_eq!((&report["width"], &report["dark"]), (&screen.0.into(), &screen.1.into()));
            assert_eq!(report["overflowing"], json!([]), "{place}");
            assert!(report["contrast"].as_f64().unwrap() >= 4.5, "{place}");
        }
        let outline = json!({ "lang": "en", "titled": true, "h1": 1, "main": 1, "unnamed": 0 });
        assert_eq!(self.browser.run(OUTLINE).await, outline, "{headline}");
    }
}

const OPERATOR: &str = "Sign in with the sandbox operator";
/// A width in pixels, and whether the customer prefers dark pages.
const SCREENS: [(u32, bool); 4] = [(390, false), (390, true), (1280, false), (1280, true)];
const MEASURE: &str = concat!(include_str!("../support/measure.js"), "return report;");
/// What a screen reader goes by.
const OUTLINE: &str = r#"
const count = selector => document.querySelectorAll(selector).length;
const controls = [...document.querySelectorAll("a, button, input:not([type=hidden])")];
const isNamed = control => control.labels?.length || control.textContent.trim();
return {
  lang: document.documentElement.lang, titled: document.title !== "", h1: count("h1"), main: count("main"),
  unnamed: controls.filter(control => !isNamed(control)).length,
};
"#;
