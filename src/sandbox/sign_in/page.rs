//! The pages of the sandbox's operator. Plain HTML, so that they work without scripts.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::request::Request;

/// How the names of our own fields begin, so that none is taken for the client's.
pub(super) const OURS: &str = "sandbox.";

/// The page that asks who signs in, by which network, and for consent.
pub(super) fn ask(request: &Request, fault: Option<&str>) -> Markup {
    let hint = request.text("login_hint").trim_start_matches("tel:");
    let fields = request.parameters.iter();
    frame(
        "Sign in with the sandbox operator",
        &html! {
            p { "This page plays the operator. " b { (request.text("client_id")) }
                " asks whether your line is roaming, and in which country." }
            @if let Some(fault) = fault { p.fault role="alert" { (fault) } }
            form method="post" {
                @for (name, value) in fields { input type="hidden" name=(name) value=(value); }
                fieldset {
                    legend { "The SIM in this phone" }
                    @for (at, (number, what)) in LINES.iter().enumerate() {
                        (choice("line", number, at == 0, what, Some(number)))
                    }
                    label.other for="other" { "Or another number" }
                    input #other type="text" name={ (OURS) "other" } value=(hint) inputmode="tel"
                        autocomplete="off" placeholder="+34600000001";
                }
                fieldset {
                    legend { "This phone is on" }
                    (choice("network", "mobile", true, "Mobile data", None))
                    (choice("network", "wifi", false, "Wi-Fi", Some("the operator recognises nobody")))
                }
                div.buttons {
                    button type="submit" name={ (OURS) "consent" } value="allow" { "Allow" }
                    button.second type="submit" name={ (OURS) "consent" } value="refuse" { "Refuse" }
                }
            }
        },
    )
}

/// The page of a request that cannot be answered.
pub(super) fn refuse(why: &str) -> Markup {
    frame(
        "This sign-in cannot begin",
        &html! {
            p.fault role="alert" { (why) }
            p { "A strict operator sends nobody back who came with this: whoever made the link has to mend it." }
        },
    )
}

fn choice(name: &str, value: &str, is_first: bool, what: &str, note: Option<&str>) -> Markup {
    html! {
        label.choice {
            input type="radio" name={ (OURS) (name) } value=(value) checked[is_first];
            span { (what) } @if let Some(note) = note { " " small { (note) } }
        }
    }
}

fn frame(title: &str, content: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body { main { h1 { (title) } (content) } }
        }
    }
}

const LINES: [(&str, &str); 5] = [
    ("+34600000002", "At home"),
    ("+34600002621", "Roams in Germany"),
    ("+34600007241", "Roams in Brazil"),
    ("+34600009011", "Roams by satellite"),
    ("+34600005030", "The network is down"),
];
const STYLE: &str = include_str!("page.css");
